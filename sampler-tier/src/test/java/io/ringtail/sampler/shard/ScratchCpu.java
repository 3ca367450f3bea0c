package io.ringtail.sampler.shard;
import java.lang.management.*;
public class ScratchCpu {
  public static void main(String[] a) throws Exception {
    int open = Integer.parseInt(a[0]), bytes = Integer.parseInt(a[1]);
    ShardAppendBenchmark b = new ShardAppendBenchmark();
    var f = ShardAppendBenchmark.class.getDeclaredField("openTraces"); f.setAccessible(true); f.set(b, open);
    f = ShardAppendBenchmark.class.getDeclaredField("spanBytes"); f.setAccessible(true); f.set(b, bytes);
    b.setup();
    ThreadMXBean m = ManagementFactory.getThreadMXBean();
    int n = Integer.parseInt(a[2]);
    for (int r = 0; r < 4; r++) {
      long c = m.getCurrentThreadCpuTime(), w = System.nanoTime();
      for (int i = 0; i < n; i++) b.append();
      c = m.getCurrentThreadCpuTime() - c; w = System.nanoTime() - w;
      long c2 = m.getCurrentThreadCpuTime();
      for (int i = 0; i < n; i++) b.feedAlone();
      c2 = m.getCurrentThreadCpuTime() - c2;
      System.out.printf("cpu %.0f ns/span (%.2f M/s)  wall %.0f  feed %.0f%n", c / (n * 512.0), n * 512e3 / c, w / (n * 512.0), c2 / (n * 512.0));
    }
  }
}
