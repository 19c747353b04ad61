// npm install openai
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: 'BASE_URL', apiKey: process.env.DAI_API_KEY });

const stream = await client.chat.completions.create({
  model: 'MODEL',
  messages: [{ role: 'user', content: 'My fellow citizens' }],
  max_tokens: 40,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? '');
  if (chunk.usage) console.log(`\n${chunk.usage.total_tokens} tokens`);
}
