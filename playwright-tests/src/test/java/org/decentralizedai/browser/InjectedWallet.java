package org.decentralizedai.browser;

import com.microsoft.playwright.BrowserContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Keys;
import org.web3j.crypto.RawTransaction;
import org.web3j.crypto.Sign;
import org.web3j.crypto.StructuredDataEncoder;
import org.web3j.crypto.TransactionEncoder;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.methods.request.Transaction;
import org.web3j.utils.Numeric;

/**
 * A wallet as extensions put them into pages (EIP-1193, announced by EIP-6963); the keys stay in this process and really sign. With a
 * node it sends transactions, too: it asks the node for gas and nonce, as extensions do, and signs them itself.
 */
final class InjectedWallet {
    private static final String ANNOUNCED = """
            const provider = {
                async request({ method, params }) {
                    const { result, error } = await window.askWallet(method, params ?? []);
                    if (error) throw Object.assign(new Error(error.message), { code: error.code });
                    return result;
                },
            };
            const icon = 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/%3E';
            const info = { uuid: '350670db-19fa-4704-a166-e52e178b59d2', name: 'Test Wallet', icon, rdns: 'org.example' };
            const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
            addEventListener('eip6963:requestProvider', announce);
            announce();
            """;

    private final ECKeyPair keys;
    volatile long chain = 1;
    volatile boolean declines = false;
    volatile boolean switches = true;
    /** Whether it has heard of the chain that it is asked to switch to. */
    volatile boolean knowsChain = true;

    /** Hash of the transaction that it has sent last. */
    volatile String sent = "";

    private final @Nullable Web3j node;

    InjectedWallet(long seed) {
        this(seed, null);
    }

    /** @param node that it sends transactions through; null: it can't send any */
    InjectedWallet(long seed, @Nullable Web3j node) {
        keys = ECKeyPair.create(BigInteger.TEN.pow(59).add(BigInteger.valueOf(seed)));
        this.node = node;
    }

    InjectedWallet into(BrowserContext context) {
        context.exposeFunction("askWallet", arguments -> answer((String) arguments[0], (List<?>) arguments[1]));
        context.addInitScript(ANNOUNCED);
        return this;
    }

    String address() {
        return "0x" + Keys.getAddress(keys);
    }

    private Object answer(String method, List<?> params) {
        return switch (method) {
            case "eth_requestAccounts" -> declines ? error(4001, "declined") : result(List.of(address()));
            case "eth_chainId" -> result("0x" + Long.toHexString(chain));
            case "wallet_switchEthereumChain" -> {
                if (!switches) yield error(4001, "declined");
                if (!knowsChain) yield error(4902, "unrecognized chain");
                chain = Long.decode((String) ((Map<?, ?>) params.getFirst()).get("chainId"));
                yield result("");
            }
            case "wallet_addEthereumChain" -> {
                knowsChain = String.valueOf(((Map<?, ?>) params.getFirst()).get("rpcUrls"))
                        .startsWith("[http://127.0.0.1:");
                yield result("");
            }
            case "personal_sign" -> result(sign((String) params.getFirst()));
            case "eth_signTypedData_v4" ->
                declines ? error(4001, "declined") : result(signTyped((String) params.get(1)));
            case "eth_sendTransaction" -> declines ? error(4001, "declined") : send((Map<?, ?>) params.getFirst());
            default -> error(-32601, "no such method");
        };
    }

    private String sign(String hex) {
        return hex(Sign.signPrefixedMessage(HexFormat.of().parseHex(hex.substring(2)), keys));
    }

    private static String hex(Sign.SignatureData signature) {
        var digits = HexFormat.of();
        return "0x" + digits.formatHex(signature.getR()) + digits.formatHex(signature.getS())
                + digits.formatHex(signature.getV());
    }

    private String signTyped(String typed) {
        try {
            return hex(Sign.signMessage(new StructuredDataEncoder(typed).hashStructuredData(), keys, false));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the node says is said on, as extensions do. */
    private Map<String, Object> send(Map<?, ?> wanted) {
        if (node == null) return error(-32601, "no such method");
        try {
            String to = (String) wanted.get("to"), data = (String) wanted.get("data");
            var value = Numeric.decodeQuantity((String) wanted.get("value"));
            var price = node.ethGasPrice().send().getGasPrice();
            var estimate = node.ethEstimateGas(
                            Transaction.createFunctionCallTransaction(address(), null, price, null, to, value, data))
                    .send();
            if (estimate.hasError()) return error(-32603, estimate.getError().getMessage());
            var nonce = node.ethGetTransactionCount(address(), DefaultBlockParameterName.PENDING)
                    .send()
                    .getTransactionCount();
            var gas = estimate.getAmountUsed().multiply(BigInteger.valueOf(3)).shiftRight(1);
            var raw = RawTransaction.createTransaction(nonce, price, gas, to, value, data);
            byte[] signed = TransactionEncoder.signMessage(raw, chain, Credentials.create(keys));
            var answer = node.ethSendRawTransaction(Numeric.toHexString(signed)).send();
            if (answer.hasError()) return error(-32000, answer.getError().getMessage());
            sent = answer.getTransactionHash();
            return result(sent);
        } catch (IOException e) {
            return error(-32603, "the node is away");
        }
    }

    private static Map<String, Object> result(Object result) {
        return Map.of("result", result);
    }

    private static Map<String, Object> error(int code, String message) {
        return Map.of("error", Map.of("code", code, "message", message));
    }
}
