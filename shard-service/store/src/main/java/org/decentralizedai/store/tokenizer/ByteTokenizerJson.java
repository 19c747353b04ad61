package org.decentralizedai.store.tokenizer;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The byte tokenizer in Hugging Face's words: byte-level BPE without merges, over GPT-2's alphabet of printable characters
 * for bytes (Radford et al. 2019).
 */
final class ByteTokenizerJson {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String CHAT_TEMPLATE = "{% for message in messages %}"
            + "{{ ('<|assistant|>' if message['role'] == 'assistant' else '<|user|>') + message['content'] + '<|end|>' }}"
            + "{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

    private ByteTokenizerJson() {}

    static byte[] tokenizer() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (int i = 0; i < ByteTokenizer.SPECIALS.size(); i++)
            special(added.addObject().put("id", ByteTokenizer.END_OF_TEXT + i), ByteTokenizer.SPECIALS.get(i));
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        byteLevel(root.putObject("post_processor"));
        byteLevel(root.putObject("decoder"));
        ObjectNode model = root.putObject("model").put("type", "BPE");
        model.putNull("dropout").putNull("unk_token").putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix").put("fuse_unk", false).put("byte_fallback", false);
        ObjectNode vocabulary = model.putObject("vocab");
        int[] alphabet = alphabet();
        for (int b = 0; b < alphabet.length; b++) vocabulary.put(Character.toString(alphabet[b]), b);
        model.putArray("merges");
        return JSON.writeValueAsBytes(root);
    }

    static byte[] config() {
        ObjectNode root = JSON.createObjectNode();
        root.put("tokenizer_class", "PreTrainedTokenizerFast");
        root.put("eos_token", "<|endoftext|>").put("pad_token", "<|endoftext|>").putNull("bos_token");
        root.put("add_bos_token", false).put("add_eos_token", false).put("clean_up_tokenization_spaces", false);
        root.put("chat_template", CHAT_TEMPLATE);
        ObjectNode added = root.putObject("added_tokens_decoder");
        for (int i = 0; i < ByteTokenizer.SPECIALS.size(); i++)
            special(added.putObject(String.valueOf(ByteTokenizer.END_OF_TEXT + i)), ByteTokenizer.SPECIALS.get(i));
        return JSON.writeValueAsBytes(root);
    }

    private static void special(ObjectNode node, String content) {
        node.put("content", content).put("single_word", false).put("lstrip", false);
        node.put("rstrip", false).put("normalized", false).put("special", true);
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel").put("add_prefix_space", false);
        node.put("trim_offsets", true).put("use_regex", false);
    }

    /** The character for each byte: itself where it prints, otherwise the next one from U+0100 on. */
    private static int[] alphabet() {
        int[] alphabet = new int[256];
        int next = 256;
        for (int b = 0; b < 256; b++) {
            boolean prints = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            alphabet[b] = prints ? b : next++;
        }
        return alphabet;
    }
}
