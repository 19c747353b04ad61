package org.decentralizedai.server.http;

import java.net.InetSocketAddress;
import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.ForwardedRequestCustomizer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/**
 * Believes X-Forwarded-For, -Proto and -Host of the named proxies and of nobody else. Of a list of addresses the last one that is
 * no trusted proxy is the visitor's: those before it are the visitor's own claims.
 */
final class TrustedProxies implements HttpConfiguration.Customizer {
    private static final String FOR = "X-Forwarded-For";

    private final List<AddressRange> trusted;
    private final ForwardedRequestCustomizer forwarded = new ForwardedRequestCustomizer();

    TrustedProxies(List<String> ranges) {
        trusted = ranges.stream().map(AddressRange::parse).toList();
        forwarded.setForwardedHeader(null); // RFC 7239's header has other rules for lists
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        if (!(request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress peer)
                || !trusts(peer.getAddress().getHostAddress())) return request;
        return forwarded.customize(visitorOnly(request), responseHeaders);
    }

    private boolean trusts(String address) {
        try {
            var literal = AddressRange.literal(address);
            return trusted.stream().anyMatch(range -> range.contains(literal));
        } catch (IllegalArgumentException e) { // "unknown" and the like
            return false;
        }
    }

    private Request visitorOnly(Request request) {
        var claims = request.getHeaders().getCSV(FOR, false);
        if (claims.isEmpty()) return request;
        String visitor = claims.reversed().stream()
                .filter(address -> !trusts(address))
                .findFirst()
                .orElse(claims.getFirst());
        var headers = HttpFields.build(request.getHeaders()).put(new HttpField(FOR, visitor));
        return new Request.Wrapper(request) {
            @Override
            public HttpFields getHeaders() {
                return headers;
            }
        };
    }
}
