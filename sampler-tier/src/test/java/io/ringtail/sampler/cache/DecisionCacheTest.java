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
  void decisionHandedIn_goesInItsTurnByAge() {
    DecisionCache cache = new DecisionCache(3);
    cache.put(0, 0, 1, 0, 100);
    cache.put(0, 0, 2, 0, 900);
    cache.putAged(0, 0, 3, 7, 1000, 500);
    assertThat(cache.coveredMillis(1000)).isEqualTo(900);
    assertThat(cache.ageMillis(2, 1000)).isEqualTo(500);

    cache.put(0, 0, 4, 0, 1000);
    assertThat(cache.find(0, 0, 1)).isEqualTo(DecisionCache.NONE);
    assertThat(cache.coveredMillis(1000)).isEqualTo(500);
    cache.put(0, 0, 5, 0, 1000);
    assertThat(cache.find(0, 0, 3)).isEqualTo(DecisionCache.NONE);
    assertThat(cache.coveredMillis(1000)).isEqualTo(100);
  }

  @Test
  void decisionHandedIn_olderThanAll_displacesNone_andKnownOnesStayAsTheyAre() {
    DecisionCache cache = new DecisionCache(2);
    cache.put(0, 0, 1, 0, 100);
    cache.put(0, 0, 2, 4, 200);
    cache.putAged(0, 0, 3, 0, 1000, 950);
    assertThat(cache.find(0, 0, 3)).isEqualTo(DecisionCache.NONE);
    cache.putAged(0, 0, 2, 5, 1000, 10);
    assertThat(cache.ageMillis(1, 1000)).isEqualTo(800);
    cache.putAged(0, 0, 2, 5, 1000, 950);
    assertThat(cache.coveredMillis(1000)).as("heard of late").isEqualTo(950);
    assertThat(cache.find(0, 0, 2)).isEqualTo(4);
    assertThat(cache.size()).isEqualTo(2);
  }

  @Test
  void decisionHandedIn_askedFor_isUsedAsAnyOther() {
    DecisionCache cache = new DecisionCache(2);
    cache.putAged(0, 0, 1, 3, 1000, 500);
    cache.putAged(0, 0, 2, 3, 1000, 400);
    assertThat(cache.find(0, 0, 1)).isEqualTo(3);
    cache.put(0, 0, 3, 3, 1000);
    cache.put(0, 0, 4, 3, 1000);
    assertThat(cache.find(0, 0, 3)).isEqualTo(3);
    assertThat(cache.find(0, 0, 4)).isEqualTo(3);
    assertThat(cache.size()).isEqualTo(2);
  }

  @Test
  void peek_knowsPolicyAndAge_andIsNoUse() {
    DecisionCache cache = new DecisionCache(2);
    cache.put(0, 0, 1, 6, 100);
    cache.put(0, 0, 2, 0, 200);
    int entry = cache.peek(0, 0, 1);
    assertThat(cache.policy(entry)).isEqualTo(6);
    assertThat(cache.ageMillis(entry, 1000)).isEqualTo(900);
    cache.put(0, 0, 3, 0, 300);
    assertThat(cache.peek(0, 0, 1)).isEqualTo(DecisionCache.NONE);
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
