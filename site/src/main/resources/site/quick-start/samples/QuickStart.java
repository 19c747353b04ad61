// com.openai:openai-java from Maven Central
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;

public class QuickStart {
    public static void main(String[] args) {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl("BASE_URL")
                .apiKey(System.getenv("DAI_API_KEY"))
                .build();
        ChatCompletion answer = client.chat().completions().create(
                ChatCompletionCreateParams.builder()
                        .model("MODEL")
                        .addUserMessage("My fellow citizens")
                        .maxTokens(40)
                        .build());
        System.out.println(answer.choices().get(0).message().content().orElse(""));
        System.out.println(answer.usage().get().totalTokens() + " tokens");
        client.close();
    }
}
