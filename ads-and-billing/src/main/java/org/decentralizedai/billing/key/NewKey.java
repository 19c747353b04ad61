package org.decentralizedai.billing.key;

/** A key at the only moment at which its text is known. */
public record NewKey(StoredKey stored, ApiKey text) {}
