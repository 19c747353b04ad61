package org.decentralizedai.server.http;

import java.nio.file.Files;
import java.nio.file.Path;
import org.decentralizedai.wire.Sha256;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.resource.ResourceFactory;

/**
 * {@code GET /shards/{sha256}}: immutable blobs with ranges and strong ETags (the hash). Jetty serves them: Javalin's own streams
 * answer ranges wrongly and can spin for ever on one past the end. Only 64 hex digits that name a file come through; all else
 * falls through to the routes.
 */
final class ShardFiles extends Handler.Wrapper {
    private final Path folder;

    private ShardFiles(Handler files, Path folder) {
        super(files);
        this.folder = folder;
    }

    /** @param folder of files named by their hash */
    static Handler handler(Server server, Path folder) {
        var files = new ResourceHandler();
        files.setBaseResource(ResourceFactory.of(server).newResource(folder));
        files.setAcceptRanges(true);
        files.setDirAllowed(false);
        files.setEtags(false); // Jetty's are weak
        files.setCacheControl("public, max-age=31536000, immutable");
        return new ContextHandler(new ShardFiles(files, folder), "/shards");
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        if (path == null || path.length() < 2 || !Sha256.isHex(path.substring(1))) return false;
        String name = path.substring(1);
        if (!Files.isRegularFile(folder.resolve(name))) return false;
        String etag = '"' + name + '"';
        response.getHeaders().put(HttpHeader.ETAG, etag);
        if (etag.equals(request.getHeaders().get(HttpHeader.IF_NONE_MATCH))) {
            response.setStatus(HttpStatus.NOT_MODIFIED_304);
            callback.succeeded();
            return true;
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/octet-stream");
        return super.handle(request, response, callback);
    }
}
