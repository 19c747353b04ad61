package org.decentralizedai.billing.passkey;

import com.yubico.webauthn.CredentialRepository;
import com.yubico.webauthn.RegisteredCredential;
import com.yubico.webauthn.data.ByteArray;
import com.yubico.webauthn.data.PublicKeyCredentialDescriptor;
import com.yubico.webauthn.data.exception.Base64UrlException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.decentralizedai.billing.key.OpenAccount;
import org.decentralizedai.billing.passkey.PasskeyException.Reason;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The passkeys of all accounts; also as the WebAuthn library asks for them. What the library calls a user name is here the user
 * handle in base64url: people say none. Thread-safe.
 */
public final class PasskeyStore implements CredentialRepository {
    private static final int LONGEST_NAME = 80;

    private final Jdbi jdbi;
    private final Clock clock;

    public PasskeyStore(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /**
     * @throws PasskeyException when there is such a passkey already
     * @throws OpenAccount.Gone when there is no such account any more
     */
    public void add(NewPasskey passkey, String account, String name) {
        int added = jdbi.inTransaction(handle -> {
            OpenAccount.hold(handle, account);
            return handle.execute(
                    """
                insert into account_passkey (id, handle, public_key, customer, name, signatures, created_at)
                values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing""",
                    passkey.id().getBase64Url(),
                    passkey.handle().getBase64Url(),
                    passkey.publicKey().getBase64Url(),
                    account,
                    name.isBlank()
                            ? "passkey"
                            : name.strip()
                                    .substring(
                                            0,
                                            Math.min(LONGEST_NAME, name.strip().length())),
                    passkey.signatures(),
                    clock.millis());
        });
        if (added == 0) throw new PasskeyException(Reason.TAKEN, "this passkey is registered already");
    }

    /** Oldest first. */
    public List<Passkey> of(String account) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select id, name, created_at, used_at from account_passkey where customer = :account order by created_at, id")
                .bind("account", account)
                .map((row, _) ->
                        new Passkey(row.getString(1), row.getString(2), row.getLong(3), number(row, "used_at")))
                .list());
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    Optional<String> account(ByteArray id) {
        return jdbi.withHandle(handle -> handle.createQuery("select customer from account_passkey where id = :id")
                .bind("id", id.getBase64Url())
                .mapTo(String.class)
                .findOne());
    }

    /** The user handle that the account's passkeys have. */
    Optional<ByteArray> handle(String account) {
        return jdbi.withHandle(handle -> handle.createQuery(
                                "select handle from account_passkey where customer = :account limit 1")
                        .bind("account", account)
                        .mapTo(String.class)
                        .findOne())
                .map(PasskeyStore::bytes);
    }

    void used(ByteArray id, long signatures) {
        jdbi.useHandle(handle -> handle.execute(
                "update account_passkey set signatures = ?, used_at = ? where id = ?",
                signatures,
                clock.millis(),
                id.getBase64Url()));
    }

    @Override
    public Set<PublicKeyCredentialDescriptor> getCredentialIdsForUsername(String handle) {
        return credentials("handle", handle).stream()
                .map(found -> PublicKeyCredentialDescriptor.builder()
                        .id(found.getCredentialId())
                        .build())
                .collect(Collectors.toSet());
    }

    @Override
    public Optional<ByteArray> getUserHandleForUsername(String handle) {
        return Optional.of(bytes(handle));
    }

    @Override
    public Optional<String> getUsernameForUserHandle(ByteArray handle) {
        return Optional.of(handle.getBase64Url());
    }

    @Override
    public Optional<RegisteredCredential> lookup(ByteArray id, ByteArray handle) {
        return lookupAll(id).stream()
                .filter(found -> found.getUserHandle().equals(handle))
                .findFirst();
    }

    @Override
    public Set<RegisteredCredential> lookupAll(ByteArray id) {
        return Set.copyOf(credentials("id", id.getBase64Url()));
    }

    private List<RegisteredCredential> credentials(String column, String value) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select id, handle, public_key, signatures from account_passkey where " + column + " = :value")
                .bind("value", value)
                .map((row, _) -> RegisteredCredential.builder()
                        .credentialId(bytes(row.getString(1)))
                        .userHandle(bytes(row.getString(2)))
                        .publicKeyCose(bytes(row.getString(3)))
                        .signatureCount(row.getLong(4))
                        .build())
                .list());
    }

    private static ByteArray bytes(String base64Url) {
        try {
            return ByteArray.fromBase64Url(base64Url);
        } catch (Base64UrlException e) {
            throw new IllegalStateException("what is stored is base64url", e);
        }
    }
}
