package io.ringtail.it.chart;

import io.fabric8.kubernetes.api.model.AnyType;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fields of a typed manifest that Kubernetes' model does not know: it keeps them in {@code
 * additionalProperties} of the object they stand in, instead of refusing them.
 */
final class UnknownFields {
  private static final String REST = "additionalProperties";

  private final List<String> found = new ArrayList<>();

  private UnknownFields() {}

  /** Paths of what is not known; a kind that is not known is one itself. */
  static List<String> of(KubernetesResource manifest) {
    UnknownFields unknown = new UnknownFields();
    unknown.walk(manifest.getClass().getSimpleName(), manifest);
    return List.copyOf(unknown.found);
  }

  private void walk(String path, @Nullable Object at) {
    if (at instanceof GenericKubernetesResource generic) {
      found.add("kind " + generic.getApiVersion() + "/" + generic.getKind());
    } else if (at instanceof List<?> list) {
      for (int i = 0; i < list.size(); i++) {
        walk(path + "[" + i + "]", list.get(i));
      }
    } else if (at instanceof Map<?, ?> map) {
      map.forEach((key, value) -> walk(path + "." + key, value));
    } else if (at instanceof KubernetesResource && !(at instanceof AnyType)) {
      fields(path, at);
    }
  }

  private void fields(String path, Object at) {
    for (Class<?> type = at.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          field(path, at, field);
        }
      }
    }
  }

  private void field(String path, Object at, Field field) {
    Object value;
    try {
      field.setAccessible(true);
      value = field.get(at);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
    if (!field.getName().equals(REST)) {
      walk(path + "." + field.getName(), value);
    } else if (value instanceof Map<?, ?> rest) {
      rest.keySet().forEach(key -> found.add(path + "." + key));
    }
  }
}
