package io.ringtail.sampler.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionCacheTest {
  private record Key(int context, long hi, long lo) {}

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 100, 3000})
  void cache_underRandomUse_agreesWithLinkedHashMap(int capacity) {
    long seed = System.nanoTime();
    System.out.println("seed=" + seed);
    Random random = new Random(seed);
    DecisionCache cache = new DecisionCache(capacity);
    Map<Key, Integer> model =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Key, Integer> eldest) {
            return size() > capacity;
          }
        };
    for (int step = 0; step < 100_000; step++) {
      Key key = new Key(random.nextInt(2), random.nextInt(3), random.nextInt(capacity + 1));
      if (random.nextBoolean()) {
        int policy = random.nextInt(5);
        cache.put(key.context, key.hi, key.lo, policy, step);
        model.put(key, policy);
      } else {
        Integer expected = model.get(key);
        assertThat(cache.find(key.context, key.hi, key.lo))
            .isEqualTo(expected == null ? DecisionCache.NONE : expected);
      }
    }
    assertThat(cache.size()).isEqualTo(model.size());
  }

  @Test
  void cacheOfNoCapacity_remembersNothing() {
    DecisionCache cache = new DecisionCache(0);
    cache.put(0, 1, 2, 3, 4);
    assertThat(cache.find(0, 1, 2)).isEqualTo(DecisionCache.NONE);
    assertThat(cache.coveredMillis(100)).isZero();
  }

  @Test
  void covered_isTheAgeOfTheDecisionThatWouldGoFirst() {
    DecisionCache cache = new DecisionCache(2);
    cache.put(0, 0, 1, 0, 100);
    cache.put(0, 0, 2, 0, 200);
    assertThat(cache.coveredMillis(1000)).isEqualTo(900);
    cache.put(0, 0, 3, 0, 300);
    assertThat(cache.coveredMillis(1000)).isEqualTo(800);
  }
}
