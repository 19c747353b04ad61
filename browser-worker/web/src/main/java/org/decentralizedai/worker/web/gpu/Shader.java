package org.decentralizedai.worker.web.gpu;

/** A WGSL text and the name under which a device tells of its errors. Equal shaders are compiled once. */
interface Shader {
    String name();

    String text();

    /** One of the files in {@code /shaders}. */
    record InFile(String name) implements Shader {
        @Override
        public String text() {
            return ShaderSources.load(name);
        }
    }

    /**
     * A file that computes with numbers of type {@code Entry}, which it does not say itself.
     *
     * @param halves whether they are f16; else f32
     */
    record Typed(String file, boolean halves) implements Shader {
        @Override
        public String name() {
            return halves ? "f16 " + file : file;
        }

        @Override
        public String text() {
            String type = halves ? "enable f16; alias Entry = f16; " : "alias Entry = f32; ";
            return type + ShaderSources.load(file); // on its first line, so that errors name the file's lines
        }
    }
}
