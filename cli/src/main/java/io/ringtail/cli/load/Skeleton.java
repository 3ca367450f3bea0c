package io.ringtail.cli.load;

import java.util.SplittableRandom;

/**
 * How one trace is built: who calls whom, where, and when. Spans are numbered from the root, 0, so
 * that a parent comes before its children; each runs within its parent. Immutable.
 */
final class Skeleton {
  private final int[] parents;
  private final int[] services;
  private final long[] starts;
  private final long[] ends;

  private Skeleton(int spans) {
    parents = new int[spans];
    services = new int[spans];
    starts = new long[spans];
    ends = new long[spans];
  }

  /** Invents one. */
  static Skeleton of(TraceShape shape, SplittableRandom random) {
    int spans = random.nextInt(shape.spans().min(), shape.spans().max() + 1);
    Skeleton made = new Skeleton(spans);
    int[] depths = new int[spans];
    made.parents[0] = -1;
    made.services[0] = random.nextInt(shape.services());
    made.ends[0] =
        shape.durationNanos() / 2 + random.nextLong(Math.max(1, shape.durationNanos() / 2));
    depths[0] = 1;
    for (int span = 1; span < spans; span++) {
      int parent = span < shape.depth() ? span - 1 : parent(depths, span, shape.depth(), random);
      depths[span] = depths[parent] + 1;
      made.place(span, parent, shape, random);
    }
    return made;
  }

  /** Any earlier span that may have children; the root always may, unless traces are flat. */
  private static int parent(int[] depths, int span, int maxDepth, SplittableRandom random) {
    int tried = random.nextInt(span);
    while (depths[tried] >= maxDepth && tried > 0) {
      tried = random.nextInt(tried);
    }
    return tried;
  }

  private void place(int span, int parent, TraceShape shape, SplittableRandom random) {
    parents[span] = parent;
    services[span] = random.nextInt(3) == 0 ? services[parent] : random.nextInt(shape.services());
    long within = ends[parent] - starts[parent];
    starts[span] = starts[parent] + random.nextLong(within / 2 + 1);
    ends[span] = starts[span] + random.nextLong(ends[parent] - starts[span] + 1);
  }

  int spans() {
    return parents.length;
  }

  /** Of the span that called it; -1 of the root. */
  int parent(int span) {
    return parents[span];
  }

  int service(int span) {
    return services[span];
  }

  /** After the start of the trace. */
  long startNanos(int span) {
    return starts[span];
  }

  /** After the start of the trace. */
  long endNanos(int span) {
    return ends[span];
  }
}
