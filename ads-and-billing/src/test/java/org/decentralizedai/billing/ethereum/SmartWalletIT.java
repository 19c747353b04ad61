package org.decentralizedai.billing.ethereum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.util.List;
import java.util.Random;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.ethereum.Refusal.Reason;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Smart wallets (ERC-1271), with a contract on a real node. */
final class SmartWalletIT {
    private static final String SITE = "https://train.example";
    private static final TestWallet OWNER = new TestWallet(1), OTHER = new TestWallet(2);

    private static LocalNode node;
    private static String contract;

    @BeforeAll
    static void start() throws Exception {
        node = LocalNode.start();
        contract = node.walletOf(OWNER.address());
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static EthereumSignIn signIn(URI rpc) {
        return new EthereumSignIn(
                List.of(new Chain(Chain.DEVELOPMENT, "anvil", rpc), new Chain(1, "Ethereum", null)),
                new MutableClock(),
                new Random(1));
    }

    private static Refusal refusal(EthereumSignIn signIn, String text, String signature) {
        var refusal = catchThrowableOfType(Refusal.class, () -> signIn.verify(text, signature, List.of(SITE)));
        assertThat(refusal).as("it is refused").isNotNull();
        return refusal;
    }

    private static String message(EthereumSignIn signIn, String address, long chain) {
        return signIn.message(SITE, address, chain).text();
    }

    @Test
    void ownersSignature_isTheContracts_onItsChain() {
        var signIn = signIn(node.address());
        String text = message(signIn, contract, Chain.DEVELOPMENT);
        assertThat(signIn.verify(text, OWNER.sign(text), List.of(SITE)))
                .isEqualTo(new Wallet(contract, Chain.DEVELOPMENT));
    }

    @Test
    void strangersSignature_isNot() {
        var signIn = signIn(node.address());
        String text = message(signIn, contract, Chain.DEVELOPMENT);
        assertThat(refusal(signIn, text, OTHER.sign(text)).reason()).isEqualTo(Reason.WRONG_SIGNATURE);
    }

    @Test
    void contractThatReverts_andAddressWithoutOne_areRefused() {
        var signIn = signIn(node.address());
        String text = message(signIn, contract, Chain.DEVELOPMENT);
        assertThat(refusal(signIn, text, "0x1234").reason()).isEqualTo(Reason.WRONG_SIGNATURE);
        String nobody = message(signIn, OTHER.address(), Chain.DEVELOPMENT);
        assertThat(refusal(signIn, nobody, OWNER.sign(nobody)).reason()).isEqualTo(Reason.WRONG_SIGNATURE);
    }

    @Test
    void chainWithoutANode_admitsNoContract() {
        var signIn = signIn(node.address());
        String text = message(signIn, contract, 1);
        assertThat(refusal(signIn, text, OWNER.sign(text)).reason()).isEqualTo(Reason.WRONG_SIGNATURE);
    }

    @Test
    void nodeThatIsAway_isSaid_withoutItsAddress() {
        var signIn = signIn(URI.create("http://127.0.0.1:1/secret"));
        String text = message(signIn, contract, Chain.DEVELOPMENT);
        var refusal = refusal(signIn, text, OWNER.sign(text));
        assertThat(refusal.reason()).isEqualTo(Reason.NO_ANSWER);
        assertThat(refusal.getMessage()).doesNotContain("secret");
    }
}
