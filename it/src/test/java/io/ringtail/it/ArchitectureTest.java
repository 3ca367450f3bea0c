package io.ringtail.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Holds the arrows of style rule 2: router → shared-proto ← sampler-tier, cli → both. */
class ArchitectureTest {
  private static final String ROUTER = "io.ringtail.router..";
  private static final String SAMPLER = "io.ringtail.sampler..";
  private static final String CLI = "io.ringtail.cli..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .withImportOption(location -> !location.contains("jmh_generated"))
          .importPackages("io.ringtail");

  @Test
  void tiers_eachOther_unknown() {
    noClasses()
        .that()
        .resideInAPackage(ROUTER)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(SAMPLER, CLI)
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage(SAMPLER)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROUTER, CLI)
        .check(CLASSES);
  }

  @Test
  void shared_tiersAndCommand_unknown() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROUTER, SAMPLER, CLI, "io.ringtail.it..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROUTER, SAMPLER, CLI)
        .check(CLASSES);
  }

  @Test
  void packages_cycles_none() {
    slices().matching("io.ringtail.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void packages_map_present() {
    Set<JavaPackage> packages =
        CLASSES.stream().map(JavaClass::getPackage).collect(Collectors.toSet());
    List<String> without =
        packages.stream()
            .filter(p -> !p.isAnnotatedWith(NullMarked.class))
            .map(JavaPackage::getName)
            .sorted()
            .toList();
    assertThat(without).as("packages without a @NullMarked package-info").isEmpty();
  }

  /** Annotations are seen in the classes, javadoc only in the sources. */
  @Test
  void packages_map_tellsWhereToStart() throws IOException {
    Pattern map = Pattern.compile("/\\*\\*(.*?)\\*/\\s*@NullMarked\\s+package ", Pattern.DOTALL);
    List<String> without = new ArrayList<>();
    int maps = 0;
    for (String module : List.of("shared-proto", "router", "sampler-tier", "cli")) {
      Path sources = Path.of("..", module, "src", "main", "java");
      for (Path file : filesNamed("package-info.java", sources)) {
        maps++;
        Matcher javadoc = map.matcher(Files.readString(file));
        String text = javadoc.find() ? javadoc.group(1).replaceAll("\\s+\\*\\s+", " ") : "";
        if (!text.contains("Start at {@") || !text.contains("Threads:")) {
          without.add(file.toString());
        }
      }
    }
    assertThat(without).as("package-infos that lack \"Start at\" or \"Threads:\"").isEmpty();
    long packages =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.startsWith("io.ringtail.it"))
            .distinct()
            .count();
    assertThat(maps).as("maps found").isEqualTo((int) packages);
  }

  private static List<Path> filesNamed(String name, Path below) throws IOException {
    try (Stream<Path> files = Files.walk(below)) {
      return files.filter(file -> file.endsWith(name)).sorted().toList();
    }
  }

  @Test
  void packages_all_namedInTheArchitecturePage() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "architecture.md"));
    String root = "io.ringtail.";
    Set<String> unnamed =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.startsWith("io.ringtail.it"))
            .filter(name -> !page.contains("`" + name.substring(root.length()) + "`"))
            .collect(Collectors.toSet());
    assertThat(unnamed).as("packages that docs/architecture.md does not name").isEmpty();
  }
}
