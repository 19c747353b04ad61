package org.decentralizedai.worker.web.gpu;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSBody;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSArrayReader;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.core.JSUndefined;
import org.teavm.jso.typedarrays.ArrayBuffer;
import org.teavm.jso.typedarrays.ArrayBufferView;

/**
 * The part of WebGPU (W3C Candidate Recommendation) that computing needs, as TeaVM sees it. Sizes and offsets in bytes are
 * {@code double}, JavaScript's number, as they may pass 2^31.
 */
final class Gpu {
    private Gpu() {}

    static final int MAP_MODE_READ = 1;
    static final int MAP_READ = 1, COPY_SRC = 4, COPY_DST = 8, UNIFORM = 64, STORAGE = 128;

    @JSBody(script = "return typeof navigator !== 'undefined' && navigator.gpu ? navigator.gpu : null")
    static native @Nullable Root root();

    interface Root extends JSObject {
        JSPromise<@Nullable Adapter> requestAdapter(JSObject options);
    }

    interface Adapter extends JSObject {
        @JSProperty
        Limits getLimits();

        JSPromise<Device> requestDevice(JSObject descriptor);
    }

    interface Limits extends JSObject {
        @JSProperty
        double getMaxBufferSize();

        @JSProperty
        double getMaxStorageBufferBindingSize();
    }

    interface Device extends JSObject {
        @JSProperty
        Queue getQueue();

        Buffer createBuffer(JSObject descriptor);

        ShaderModule createShaderModule(JSObject descriptor);

        JSObject createBindGroupLayout(JSObject descriptor);

        JSObject createPipelineLayout(JSObject descriptor);

        Pipeline createComputePipeline(JSObject descriptor);

        JSPromise<Pipeline> createComputePipelineAsync(JSObject descriptor);

        JSObject createBindGroup(JSObject descriptor);

        Encoder createCommandEncoder();

        void pushErrorScope(String filter);

        JSPromise<@Nullable Failure> popErrorScope();

        void destroy();
    }

    interface Failure extends JSObject {
        @JSProperty
        String getMessage();
    }

    interface ShaderModule extends JSObject {
        JSPromise<CompilationInfo> getCompilationInfo();
    }

    interface CompilationInfo extends JSObject {
        @JSProperty
        JSArrayReader<Message> getMessages();
    }

    interface Message extends JSObject {
        @JSProperty
        String getType();

        @JSProperty
        String getMessage();

        @JSProperty
        int getLineNum();

        @JSProperty
        int getLinePos();
    }

    interface Pipeline extends JSObject {}

    interface Buffer extends JSObject {
        JSPromise<JSUndefined> mapAsync(int mode, double offset, double size);

        ArrayBuffer getMappedRange(double offset, double size);

        void unmap();

        void destroy();
    }

    interface Queue extends JSObject {
        void submit(JSArray<JSObject> commands);

        /** @param dataOffset in elements of {@code data}, as is {@code size} */
        void writeBuffer(Buffer buffer, double offset, ArrayBufferView data, double dataOffset, double size);
    }

    interface Encoder extends JSObject {
        Pass beginComputePass();

        void copyBufferToBuffer(Buffer source, double sourceOffset, Buffer target, double targetOffset, double size);

        void clearBuffer(Buffer buffer, double offset, double size);

        JSObject finish();
    }

    interface Pass extends JSObject {
        void setPipeline(Pipeline pipeline);

        void setBindGroup(int index, JSObject group);

        void setBindGroup(int index, JSObject group, JSArray<JSObject> dynamicOffsets);

        void dispatchWorkgroups(int x, int y, int z);

        void end();
    }
}
