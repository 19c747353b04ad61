package org.decentralizedai.server;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.decentralizedai.billing.pool.EtherSettings;
import org.decentralizedai.server.account.SignInSettings;
import org.decentralizedai.server.ad.AdSettings;
import org.decentralizedai.server.chat.BillingSettings;
import org.decentralizedai.server.chat.ChatSettings;
import org.decentralizedai.server.credit.CreditLedger;
import org.decentralizedai.server.edge.LocalAddress;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.Replication;
import org.decentralizedai.server.train.Retention;
import org.decentralizedai.store.corpus.Corpus;
import org.jspecify.annotations.Nullable;

/**
 * Everything an operator can choose. See {@link SettingsFile} for the file.
 *
 * @param model nano, tiny, small, base or the path of a config.json; null: that of the data folder's run, or nano at first
 * @param corpus a text file, a .jsonl file or a folder; null: the default corpus
 * @param corpusHash SHA-256 that the corpus file must have; null for any
 * @param publicUrl under which visitors know the site; null when they come straight to this server
 * @param tlsCertificate PEM, with its chain; needs {@code tlsKey}
 * @param trustedProxies addresses or ranges whose X-Forwarded-* are believed
 * @param database JDBC address of a PostgreSQL; null: an H2 file in the data folder
 * @param recipe null: the model's preset
 * @param promoteEvery rounds after which a checkpoint is scored on the whole held-out split
 * @param auditors cores that compute accepted updates again, to find fakes; 0: none, and nobody is audited unless replicas is ALWAYS
 * @param replicas of which tasks volunteers compute a second one, to compare, instead of the auditors
 * @param heldOutShare share of the documents that are never trained on
 * @param heldOutTail the end of one text is held out, instead of documents chosen by their hash
 */
public record Settings(
        String host,
        int port,
        Path data,
        @Nullable String model,
        @Nullable Path corpus,
        @Nullable String corpusHash,
        @Nullable URI publicUrl,
        @Nullable Path tlsCertificate,
        @Nullable Path tlsKey,
        List<String> trustedProxies,
        @Nullable String database,
        @Nullable Recipe recipe,
        int promoteEvery,
        Retention retention,
        int auditors,
        Replication replicas,
        double heldOutShare,
        boolean heldOutTail,
        Limits limits,
        ChatSettings chat,
        BillingSettings billing,
        SignInSettings signIn,
        EtherSettings ether,
        AdSettings ads) {

    /**
     * @param socketsPerAddress addresses of this machine apart
     * @param messagesPerSecond of one socket, chunks of updates apart
     * @param uploadMebibytes memory of all unfinished uploads together
     * @param heartbeatSeconds between two signs of life of a computing worker
     * @param graceSeconds for which the task of a worker that has lost its connection waits for it
     * @param heldTasks of an account whose credit is held back
     */
    public record Limits(
            int sockets,
            int socketsPerAddress,
            int messagesPerSecond,
            int uploadMebibytes,
            int heartbeatSeconds,
            int graceSeconds,
            int heldTasks) {
        public Limits {
            if (sockets <= 0 || socketsPerAddress <= 0 || messagesPerSecond <= 0)
                throw new IllegalArgumentException("limits must be > 0: sockets=" + sockets + ", socketsPerAddress="
                        + socketsPerAddress + ", messagesPerSecond=" + messagesPerSecond);
            if (uploadMebibytes <= 0 || heartbeatSeconds <= 0 || graceSeconds <= 0)
                throw new IllegalArgumentException("limits must be > 0: uploadMebibytes=" + uploadMebibytes
                        + ", heartbeatSeconds=" + heartbeatSeconds + ", graceSeconds=" + graceSeconds);
            if (heldTasks < 0) throw new IllegalArgumentException("heldTasks must be >= 0: " + heldTasks);
        }
    }

    public Settings {
        trustedProxies = List.copyOf(trustedProxies);
        if (port < 0 || port > 65_535) throw new IllegalArgumentException("port must be 0..65535: port=" + port);
        if ((tlsCertificate == null) != (tlsKey == null))
            throw new IllegalArgumentException("tlsCertificate and tlsKey must be given together");
        signIn.check(publicUrl);
        ether.check(publicUrl, host.equals("localhost") || LocalAddress.is(host));
        if (auditors < 0) throw new IllegalArgumentException("auditors must be >= 0: " + auditors);
        if (promoteEvery <= 0) throw new IllegalArgumentException("promoteEvery must be > 0: " + promoteEvery);
        if (!(heldOutShare > 0) || heldOutShare >= 1)
            throw new IllegalArgumentException("heldOutShare must be in (0, 1): " + heldOutShare);
    }

    public static Settings defaults() {
        return new Settings(
                "127.0.0.1",
                8080,
                Path.of("data"),
                null,
                null,
                null,
                null,
                null,
                null,
                List.of(),
                null,
                null,
                10,
                new Retention(3, 100, true),
                1,
                Replication.WHEN_BUSY,
                Corpus.DEFAULT_HELD_OUT_SHARE,
                false,
                new Limits(5000, 32, 20, 256, 10, 20, CreditLedger.HELD_TASKS),
                ChatSettings.defaults(),
                BillingSettings.defaults(),
                SignInSettings.defaults(),
                EtherSettings.none(),
                AdSettings.defaults());
    }
}
