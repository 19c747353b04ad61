package org.decentralizedai.billing.contract;

import java.util.List;
import org.web3j.abi.DefaultFunctionEncoder;
import org.web3j.abi.datatypes.DynamicArray;
import org.web3j.crypto.Hash;
import org.web3j.utils.Numeric;

/** The hash of postings that the quorum signs. */
final class Postings {
    private Postings() {}

    /** keccak256(abi.encode(postings)) */
    static byte[] hash(List<ComputePool.Posting> postings) {
        String encoded = new DefaultFunctionEncoder()
                .encodeParameters(List.of(new DynamicArray<>(ComputePool.Posting.class, postings)));
        return Hash.sha3(Numeric.hexStringToByteArray(encoded));
    }
}
