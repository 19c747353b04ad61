package org.decentralizedai.billing.payout;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;
import org.web3j.utils.Numeric;

/** What signers of the contract have signed. Whoever adds a signature has verified it. Thread-safe. */
public final class Signatures {
    private final Jdbi jdbi;

    public Signatures(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** One of each signer: signing again changes nothing. */
    public void add(byte[] digest, String signer, String signature) {
        jdbi.useHandle(handle -> handle.execute(
                "insert into payout_signature (digest, signer, signature) values (?, ?, ?) on conflict do nothing",
                Numeric.toHexString(digest),
                signer,
                signature));
    }

    /** By signer, in the order of their addresses, which the contract wants. */
    public SortedMap<String, String> of(byte[] digest) {
        var signatures = new TreeMap<String, String>();
        jdbi.useHandle(
                handle -> handle.createQuery("select signer, signature from payout_signature where digest = :digest")
                        .bind("digest", Numeric.toHexString(digest))
                        .map((row, _) -> Map.entry(row.getString(1), row.getString(2)))
                        .forEach(each -> signatures.put(each.getKey(), each.getValue())));
        return signatures;
    }
}
