package org.decentralizedai.bench;

import java.util.Map;

/**
 * What the browser tells about its adapter. The names may be another's (a software adapter can stand in for SwiftShader); the
 * sizes and features are its own.
 *
 * @param kind as asked for on the command line
 */
record AdapterSeen(
        String kind,
        String vendor,
        String architecture,
        String description,
        int subgroupMinSize,
        int subgroupMaxSize,
        boolean shaderF16,
        boolean subgroups,
        boolean timestamps,
        int invocationsPerWorkgroup,
        double bindingMiB) {

    static AdapterSeen of(String kind, Map<String, Object> page) {
        return new AdapterSeen(
                kind,
                text(page, "vendor"),
                text(page, "architecture"),
                text(page, "description"),
                number(page, "subgroupMinSize").intValue(),
                number(page, "subgroupMaxSize").intValue(),
                Boolean.TRUE.equals(page.get("shaderF16")),
                Boolean.TRUE.equals(page.get("subgroups")),
                Boolean.TRUE.equals(page.get("timestamps")),
                number(page, "invocationsPerWorkgroup").intValue(),
                number(page, "bindingMiB").doubleValue());
    }

    private static String text(Map<String, Object> page, String name) {
        return page.get(name) instanceof String text ? text : "";
    }

    /** 0 where the browser does not tell. */
    private static Number number(Map<String, Object> page, String name) {
        return page.get(name) instanceof Number number ? number : 0;
    }
}
