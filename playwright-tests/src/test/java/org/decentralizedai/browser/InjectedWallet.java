package org.decentralizedai.browser;

import com.microsoft.playwright.BrowserContext;
import java.math.BigInteger;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.web3j.crypto.ECKeyPair;
import org.web3j.crypto.Keys;
import org.web3j.crypto.Sign;

/** A wallet as extensions put them into pages (EIP-1193, announced by EIP-6963); the keys stay in this process and really sign. */
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

    InjectedWallet(long seed) {
        keys = ECKeyPair.create(BigInteger.TEN.pow(59).add(BigInteger.valueOf(seed)));
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
                chain = Long.decode((String) ((Map<?, ?>) params.getFirst()).get("chainId"));
                yield result("");
            }
            case "personal_sign" -> result(sign((String) params.getFirst()));
            default -> error(-32601, "no such method");
        };
    }

    private String sign(String hex) {
        var signature = Sign.signPrefixedMessage(HexFormat.of().parseHex(hex.substring(2)), keys);
        var digits = HexFormat.of();
        return "0x" + digits.formatHex(signature.getR()) + digits.formatHex(signature.getS())
                + digits.formatHex(signature.getV());
    }

    private static Map<String, Object> result(Object result) {
        return Map.of("result", result);
    }

    private static Map<String, Object> error(int code, String message) {
        return Map.of("error", Map.of("code", code, "message", message));
    }
}
