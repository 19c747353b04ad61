package org.decentralizedai.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What Maven's module graph cannot see. */
class ArchitectureTest {
    private static JavaClasses classes(String... modules) {
        Path[] folders = Stream.of(modules)
                .map(module -> Path.of("..").resolve(module).resolve("target/classes"))
                .toArray(Path[]::new);
        JavaClasses classes = new ClassFileImporter().importPaths(folders);
        assertThat(classes).as("classes of %s", (Object) modules).isNotEmpty();
        return classes;
    }

    @Test
    void browserCode_usesNothingThatTeaVmLacks() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io",
                        "java.nio.file..",
                        "java.net..",
                        "java.time..",
                        "java.lang.reflect",
                        "java.util.concurrent.locks")
                .because("webgpu-shaders, shard-service/core and browser-worker/core are compiled to JavaScript")
                .check(classes("webgpu-shaders", "shard-service/core", "browser-worker/core"));
    }

    @Test
    void packages_haveNoCycles() {
        slices().matching("org.decentralizedai.(**)")
                .should()
                .beFreeOfCycles()
                .check(classes(
                        "webgpu-shaders",
                        "shard-service/core",
                        "shard-service/store",
                        "browser-worker/core",
                        "browser-worker/native",
                        "ads-and-billing",
                        "server"));
    }

    @Test
    void training_knowsNoHttp() {
        noClasses()
                .that()
                .resideInAnyPackage("org.decentralizedai.server.train..", "org.decentralizedai.server.state..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..")
                .because("only the edge speaks HTTP")
                .check(classes("server"));
    }
}
