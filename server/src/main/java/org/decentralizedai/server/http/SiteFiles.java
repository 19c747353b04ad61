package org.decentralizedai.server.http;

import java.util.List;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ResourceHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.resource.Resource;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.jspecify.annotations.Nullable;

/**
 * Files from the class path: the site at {@code /}, the worker's program under {@code /worker/}, libraries under
 * {@code /webjars/}. Browsers ask again each time and get 304 while a file is unchanged.
 */
final class SiteFiles extends Handler.Wrapper {
    private final String prefix;

    private SiteFiles(String prefix, Handler files) {
        super(files);
        this.prefix = prefix;
    }

    /** Those of the three that are on the class path. */
    static List<Handler> handlers(Server server) {
        var resources = ResourceFactory.of(server);
        return Stream.of(
                        handler("/worker/", resources.newClassLoaderResource("worker/")),
                        handler("/webjars/", resources.newClassLoaderResource("META-INF/resources/webjars/")),
                        handler("/", resources.newClassLoaderResource("site/")))
                .flatMap(List::stream)
                .toList();
    }

    private static List<Handler> handler(String prefix, @Nullable Resource folder) {
        if (folder == null) return List.of();
        var files = new ResourceHandler();
        files.setBaseResource(folder);
        files.setDirAllowed(false);
        files.setWelcomeFiles("index.html");
        files.setEtags(true);
        files.setCacheControl("no-cache");
        String context = prefix.equals("/") ? "/" : prefix.substring(0, prefix.length() - 1);
        return List.of(new SiteFiles(prefix, new ContextHandler(files, context)));
    }

    /** {@code /worker} itself is a socket, not a folder. */
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = Request.getPathInContext(request);
        return path != null && path.startsWith(prefix) && super.handle(request, response, callback);
    }
}
