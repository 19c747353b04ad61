package org.decentralizedai.server.chat;

import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The models that answer, as OpenAI lists them, with the checkpoint, its round and what its tokens cost besides. */
final class ModelList {
    private static final String OWNER = "decentralizedai";

    private final JsonMapper json;
    private final Supplier<Optional<ServedCheckpoint>> promoted;
    private final BillingSettings prices;

    ModelList(JsonMapper json, Supplier<Optional<ServedCheckpoint>> promoted, BillingSettings prices) {
        this.json = json;
        this.promoted = promoted;
        this.prices = prices;
    }

    /** Empty while nothing is promoted. */
    ObjectNode all() {
        ObjectNode list = json.createObjectNode().put("object", "list");
        var data = list.putArray("data");
        promoted.get().ifPresent(served -> data.add(describe(served)));
        return list;
    }

    /** @throws ChatException when nothing is promoted yet, or under another name */
    ObjectNode one(String id) {
        ServedCheckpoint served = promoted.get().orElseThrow(GeneratorShelf::notReady);
        if (!served.model().equals(id))
            throw new ChatException(
                    ChatError.MODEL_NOT_FOUND,
                    "The model '" + Fields.shown(id) + "' does not exist here; this server has '" + served.model()
                            + "'.",
                    "model");
        return describe(served);
    }

    private ObjectNode describe(ServedCheckpoint served) {
        var price = prices.price(served.model());
        ObjectNode model = json.createObjectNode()
                .put("id", served.model())
                .put("object", "model")
                .put("created", served.promotedAt().getEpochSecond())
                .put("owned_by", OWNER)
                .put("checkpoint", served.hash().hex())
                .put("round", served.round())
                .put("context_length", served.config().context());
        model.putObject("pricing")
                .put("unit", "micro-credit")
                .put("input_per_million_tokens", price.inputPerMillion())
                .put("output_per_million_tokens", price.outputPerMillion());
        return model;
    }
}
