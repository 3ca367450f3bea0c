package io.ringtail.memory;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.VMOption;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one JVM may take in all, and what of it is left for buffers outside the heap when the heap
 * and the JVM itself have theirs. One number decides: the memory limit of the control group the
 * process runs in, of version 1 or 2, as the JVM reads it. Decision 0011.
 *
 * <p>Uses nothing of Netty, which must be told before it is loaded ({@link #tellNetty}).
 *
 * @param limitBytes of the control group; of a machine without one, three quarters, as it is shared
 * @param heapBytes most that the heap takes
 * @param directBytes most that the JVM gives outside the heap
 * @param directChosen whether somebody chose that with a flag; it then counts whatever the limit is
 * @param processors by which threads, and what they keep, are counted
 */
public record JvmMemory(
    long limitBytes, long heapBytes, long directBytes, boolean directChosen, int processors) {
  private static final long MIB = 1 << 20;
  private static final int MIB_SHIFT = 20;

  /**
   * Classes, compiled code, the compilers' own memory, symbols, stacks of threads every node has.
   */
  static final long BASE_BYTES = 144 * MIB;

  /** The collector's tables, of the heap. */
  private static final int HEAP_TABLES = 16;

  /** Threads of this many processors: their stacks, and a zstd window of 8 MiB each. */
  static final long BYTES_A_PROCESSOR = 10 * MIB;

  /** Of the limit, for what the C library loses between its pieces, and the kernel's own. */
  private static final int SPARE = 32;

  private static final int UNLIMITED_SHARE_QUARTERS = 3;
  private static final Set<VMOption.Origin> CHOSEN =
      Set.of(
          VMOption.Origin.VM_CREATION,
          VMOption.Origin.ENVIRON_VAR,
          VMOption.Origin.MANAGEMENT,
          VMOption.Origin.ATTACH_ON_DEMAND);

  private static final String NETTY = "io.netty.maxDirectMemory";

  private static final class OfProcess {
    static final JvmMemory MEMORY = read();

    private OfProcess() {}
  }

  /** Of this JVM; read once. */
  public static JvmMemory ofProcess() {
    return OfProcess.MEMORY;
  }

  private static JvmMemory read() {
    long total = totalBytes();
    long machine = machineBytes();
    long limit = total < machine ? total : total / 4 * UNLIMITED_SHARE_QUARTERS;
    long heap = Runtime.getRuntime().maxMemory();
    int processors = Runtime.getRuntime().availableProcessors();
    HotSpotDiagnosticMXBean flags =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (flags == null) {
      return new JvmMemory(limit, heap, heap, false, processors);
    }
    VMOption direct = flags.getVMOption("MaxDirectMemorySize");
    long given = Long.parseLong(direct.getValue());
    return new JvmMemory(
        limit,
        Long.parseLong(flags.getVMOption("MaxHeapSize").getValue()), // maxMemory may leave some out
        given == 0 ? heap : given,
        CHOSEN.contains(direct.getOrigin()),
        processors);
  }

  private static long totalBytes() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : Long.MAX_VALUE;
  }

  /** Where that cannot be told, as much as there is: nobody has set a limit then. */
  private static long machineBytes() {
    try {
      return machineBytes(Files.readAllLines(Path.of("/proc/meminfo")));
    } catch (IOException e) {
      return 0; // not Linux
    }
  }

  static long machineBytes(List<String> meminfo) {
    return meminfo.stream()
        .filter(line -> line.startsWith("MemTotal:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
        .findFirst()
        .orElse(0);
  }

  /** What the JVM takes itself, at most, beside its heap and buffers outside it. */
  public long overheadBytes() {
    return BASE_BYTES
        + heapBytes / HEAP_TABLES
        + processors * BYTES_A_PROCESSOR
        + limitBytes / SPARE;
  }

  /** What the limit leaves for buffers outside the heap; negative if not even the rest fits. */
  private long leftBytes() {
    return limitBytes - heapBytes - overheadBytes();
  }

  /** Most that buffers outside the heap may take. */
  long mostDirectBytes() {
    return directChosen ? directBytes : Math.min(directBytes, Math.max(0, leftBytes()));
  }

  /** To be divided by a node's plan. */
  public MemoryLimits limits() {
    return new MemoryLimits(
        mostDirectBytes(), heapBytes, processors, directChosen ? MemoryLimits.SET_FLAG : remedy());
  }

  private String remedy() {
    return "give this process "
        + mib(leastLimitBytes())
        + " MiB: of the "
        + mib(limitBytes)
        + " it may take now the heap has "
        + mib(heapBytes)
        + " and the JVM itself, with "
        + processors
        + " processors, "
        + mib(overheadBytes());
  }

  /**
   * The least limit that leaves enough for a node: the heap keeps its share of it, if it leaves
   * anything, or its size.
   */
  long leastLimitBytes() {
    double share = heapBytes / (double) limitBytes;
    double fixed = BASE_BYTES + processors * (double) BYTES_A_PROCESSOR + leastDirectBytes();
    double rest = 1 - share - share / HEAP_TABLES - 1.0 / SPARE;
    double least =
        rest > 1.0 / 4
            ? fixed / rest
            : (fixed + heapBytes + heapBytes / (double) HEAP_TABLES) / (1 - 1.0 / SPARE);
    return (long) Math.ceil(least / MIB) * MIB;
  }

  private static double leastDirectBytes() {
    return MemoryLimits.LEAST_DIRECT_BYTES;
  }

  /**
   * Netty makes its pools by what it believes there is, which without this would be what the JVM's
   * flag says. Before anything of it is loaded.
   */
  public void tellNetty() {
    if (System.getProperty(NETTY) == null) {
      System.setProperty(NETTY, Long.toString(Math.max(1, mostDirectBytes())));
    }
  }

  /** Logs it; with a warning if what somebody chose is more than the limit. */
  public void announce() {
    Logger log = LoggerFactory.getLogger(JvmMemory.class);
    log.info(
        "event=memory-limit limit_mib={} heap_mib={} direct_mib={} jvm_mib={} processors={}",
        mib(limitBytes),
        mib(heapBytes),
        mib(mostDirectBytes()),
        mib(overheadBytes()),
        processors);
    long sum = heapBytes + mostDirectBytes() + overheadBytes();
    if (sum > limitBytes) {
      log.warn(
          "event=memory-over sum_mib={} limit_mib={} reason=\"heap, direct memory and the JVM may"
              + " take more together than there is: the system may kill this process; set less with"
              + " -Xmx or -XX:MaxDirectMemorySize\"",
          mib(sum),
          mib(limitBytes));
    }
  }

  private static long mib(long bytes) {
    return bytes >> MIB_SHIFT;
  }
}
