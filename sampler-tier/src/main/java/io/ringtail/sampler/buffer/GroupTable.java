package io.ringtail.sampler.buffer;

import io.ringtail.link.Header;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Resources and scopes, each kept once a shard however many spans refer to it; a *group* is a pair
 * of them with a number. What policies ask of a resource is computed when it is first seen.
 *
 * <p>Groups are not counted by their users. A group last used at T can only be needed by a trace
 * created at T or before, so it may go when the oldest trace is younger ({@link #sweep}). Threads:
 * one.
 */
public final class GroupTable {
  /** Tests the attributes of one resource. */
  public interface ResourceTest {
    /**
     * @param header the resource header, borrowed
     * @param bits results are or-ed into it
     */
    void test(Header header, long[] bits);
  }

  /** What the objects around a header's bytes take, roughly. */
  private static final int OBJECT_BYTES = 240;

  private static final class Resource {
    final int number;
    final Header header;
    final long[] bits;
    final Map<Header, Group> scopes = new HashMap<>(4);

    Resource(int number, Header header, int bitWords) {
      this.number = number;
      this.header = header;
      this.bits = new long[bitWords];
    }
  }

  private static final class Group {
    final int number;
    final Resource resource;
    final Header scope;
    int lastUsedMillis;

    Group(int number, Resource resource, Header scope) {
      this.number = number;
      this.resource = resource;
      this.scope = scope;
    }
  }

  private final int bitWords;
  private final ResourceTest test;
  private final Map<Header, Resource> resources = new HashMap<>();
  private final BitSet resourceNumbers = new BitSet();
  private @Nullable Group[] groups = new @Nullable Group[64];
  private int[] freeNumbers = new int[64];
  private int freeCount;
  private int numbers;
  private int swept;
  private long bytes;

  public GroupTable(int bitWords, ResourceTest test) {
    this.bitWords = bitWords;
    this.test = test;
  }

  /** The most that a group can take in the budget. */
  public static long worstCaseBytes(Header resource, Header scope) {
    return resource.size() + scope.size() + 2L * OBJECT_BYTES;
  }

  /** The number of a pair, which is in use at {@code nowMillis}. */
  public int intern(Header resourceHeader, Header scope, int nowMillis) {
    Resource resource = resources.get(resourceHeader);
    if (resource == null) {
      resource = addResource(resourceHeader);
    }
    Group group = resource.scopes.get(scope);
    if (group == null) {
      group = addGroup(resource, scope);
    }
    group.lastUsedMillis = nowMillis;
    return group.number;
  }

  private Resource addResource(Header header) {
    Resource resource = new Resource(nextResource(), header, bitWords);
    test.test(header, resource.bits);
    resources.put(header, resource);
    bytes += header.size() + OBJECT_BYTES;
    return resource;
  }

  private int nextResource() {
    int number = resourceNumbers.nextClearBit(0);
    resourceNumbers.set(number);
    return number;
  }

  private Group addGroup(Resource resource, Header scope) {
    int number = freeCount > 0 ? freeNumbers[--freeCount] : numbers++;
    if (number == groups.length) {
      groups = Arrays.copyOf(groups, number * 2);
      freeNumbers = Arrays.copyOf(freeNumbers, number * 2);
    }
    Group group = new Group(number, resource, scope);
    groups[number] = group;
    resource.scopes.put(scope, group);
    bytes += scope.size() + OBJECT_BYTES;
    return group;
  }

  private Group group(int number) {
    Group group = groups[number];
    if (group == null) {
      throw new AssertionError("group " + number + " is in use but was freed");
    }
    return group;
  }

  public Header resource(int number) {
    return group(number).resource.header;
  }

  public Header scope(int number) {
    return group(number).scope;
  }

  /** Bits of the group's resource; not to be changed. */
  public long[] resourceBits(int number) {
    return group(number).resource.bits;
  }

  /** The number of the group's resource: the same for all groups with an equal one. */
  public int resourceNumber(int number) {
    return group(number).resource.number;
  }

  /**
   * Looks at some groups and frees those that no trace can refer to.
   *
   * @param oldestMillis when the oldest trace was created; now, if there is none
   * @param limit groups to look at
   * @return groups freed
   */
  public int sweep(int oldestMillis, int limit) {
    int freed = 0;
    for (int i = Math.min(limit, numbers); i > 0; i--) {
      swept = swept + 1 < numbers ? swept + 1 : 0;
      Group group = groups[swept];
      if (group != null && group.lastUsedMillis - oldestMillis < 0) {
        free(group);
        freed++;
      }
    }
    return freed;
  }

  private void free(Group group) {
    groups[group.number] = null;
    freeNumbers[freeCount++] = group.number;
    group.resource.scopes.remove(group.scope);
    bytes -= group.scope.size() + OBJECT_BYTES;
    if (group.resource.scopes.isEmpty()) {
      resources.remove(group.resource.header);
      resourceNumbers.clear(group.resource.number);
      bytes -= group.resource.header.size() + OBJECT_BYTES;
    }
  }

  /** Numbers ever given out: every group and every resource is below. */
  public int numbers() {
    return numbers;
  }

  /** Groups kept now. */
  public int size() {
    return numbers - freeCount;
  }

  /** Bytes that count in the budget. */
  public long bytes() {
    return bytes;
  }
}
