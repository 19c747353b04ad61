package org.decentralizedai.worker.web;

import org.teavm.jso.JSProperty;
import org.teavm.jso.typedarrays.Float32Array;
import org.teavm.jso.typedarrays.Int8Array;

/** A command 'measure'; the fields that are there depend on {@code what}. */
interface MeasureCommand extends Command {
    @JSProperty
    String getWhat();

    @JSProperty
    String getLayout();

    @JSProperty
    int getM();

    @JSProperty
    int getN();

    @JSProperty
    int getK();

    @JSProperty
    boolean isAccumulate();

    @JSProperty
    int getTimes();

    @JSProperty
    boolean isValues();

    @JSProperty
    Float32Array getA();

    @JSProperty
    Float32Array getB();

    @JSProperty
    String getEncoding();

    @JSProperty
    boolean isOnHost();

    @JSProperty
    int getVocabulary();

    @JSProperty
    int getHidden();

    @JSProperty
    int getLayers();

    @JSProperty
    int getHeads();

    @JSProperty
    int getKvHeads();

    @JSProperty
    int getHeadDim();

    @JSProperty
    int getIntermediate();

    @JSProperty
    int getContext();

    @JSProperty
    int getBatch();

    @JSProperty
    int getSteps();

    /** A name of {@link org.decentralizedai.model.Keeping}. */
    @JSProperty
    String getKeeping();

    @JSProperty
    int getCount();

    @JSProperty
    boolean isStandard();

    @JSProperty
    Int8Array getWeights();

    @JSProperty
    Int8Array getTokens();
}
