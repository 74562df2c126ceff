//! What a walk along a graph keeps: which vectors it has seen, and which of them it may go to next.

/// Which vectors a walk has seen; kept between walks, so that beginning one costs next to nothing.
#[derive(Default)]
pub struct Seen {
    /// The last walk that saw each: a byte, so that those of a million vectors stay near the processor.
    walks: Vec<u8>,
    walk: u8,
}

impl Seen {
    /// A walk over so many vectors begins.
    pub fn begin(&mut self, count: usize) {
        if self.walks.len() < count {
            self.walks.resize(count, 0);
        }
        if self.walk == u8::MAX {
            self.walks.fill(0);
            self.walk = 0;
        }
        self.walk += 1;
    }

    /// Whether it had not seen this one before.
    #[inline]
    pub fn insert(&mut self, at: u32) -> bool {
        let before = std::mem::replace(&mut self.walks[at as usize], self.walk);
        before != self.walk
    }
}

/// The bits of a vector's number that say whether the walk has been there, and whether it may not be a result.
const VISITED: u32 = 1 << 31;
const REFUSED: u32 = 1 << 30;

/// What is left of a number without them; so many vectors at most has a graph.
const NUMBER: u32 = REFUSED - 1;

/// The nearest vectors seen, nearest first: as many as hold `beam` that are accepted.
#[derive(Default)]
pub struct Pool {
    /// How near each is to the query, by estimate. They lie apart from the numbers, so that many are compared at once.
    estimates: Vec<i32>,
    /// The number of each, and what is to be known about it.
    numbers: Vec<u32>,
    beam: usize,
    accepted: usize,
    /// All before this one have been visited.
    next: usize,
    worst: i32,
}

impl Pool {
    /// Nothing has been seen, of so many vectors.
    pub fn begin(&mut self, count: usize, beam: usize) {
        assert!(count <= NUMBER as usize, "a graph has fewer than {NUMBER} vectors");
        self.estimates.clear();
        self.numbers.clear();
        (self.beam, self.accepted, self.next, self.worst) = (beam, 0, 0, i32::MIN);
    }

    /// Whether one of this estimate would come in.
    #[inline]
    pub fn takes(&self, estimate: i32) -> bool {
        estimate > self.worst
    }

    /// Takes one in.
    #[inline]
    pub fn push(&mut self, estimate: i32, at: u32, is_accepted: bool) {
        // Compilers compare many at once for a count, and nothing waits for how a comparison turns out, as it does in a search by halves.
        let place = self.estimates.iter().map(|&other| i32::from(other >= estimate)).sum::<i32>() as usize;
        self.estimates.insert(place, estimate);
        self.numbers.insert(place, at | if is_accepted { 0 } else { REFUSED });
        self.next = self.next.min(place);
        self.accepted += usize::from(is_accepted);
        self.drop_farthest();
    }

    /// Lets go of what is farther than the last that is wanted.
    #[inline]
    fn drop_farthest(&mut self) {
        while let (Some(&estimate), Some(&number)) = (self.estimates.last(), self.numbers.last()) {
            let is_accepted = number & REFUSED == 0;
            if self.accepted < self.beam {
                break;
            }
            if self.accepted == self.beam && is_accepted {
                self.worst = estimate;
                break;
            }
            self.accepted -= usize::from(is_accepted);
            self.estimates.pop();
            self.numbers.pop();
        }
    }

    /// The nearest that has not been visited; it has been now.
    #[inline]
    pub fn visit(&mut self) -> Option<u32> {
        let ahead = self.numbers.get(self.next..)?.iter().position(|number| number & VISITED == 0);
        let Some(ahead) = ahead else {
            self.next = self.numbers.len();
            return None;
        };
        let number = &mut self.numbers[self.next + ahead];
        *number |= VISITED;
        self.next += ahead + 1;
        Some(*number & NUMBER)
    }

    /// Those that are in, nearest first.
    pub fn all(&self) -> impl Iterator<Item = u32> + '_ {
        self.numbers.iter().map(|number| number & NUMBER)
    }

    /// Those that are accepted, nearest first.
    pub fn accepted(&self) -> impl Iterator<Item = u32> + '_ {
        self.numbers.iter().filter(|&number| number & REFUSED == 0).map(|number| number & NUMBER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_nearest_are_visited_until_enough_are_accepted(
            all in proptest::collection::vec((any::<i8>(), any::<bool>()), 0..60), beam in 1_usize..9,
        ) {
            let mut pool = Pool::default();
            pool.begin(all.len(), beam);
            let mut left: Vec<(i32, u32, bool)> = Vec::new();
            for (&(estimate, is_accepted), at) in all.iter().zip(0..) {
                let estimate = i32::from(estimate);
                left.push((estimate, at, is_accepted));
                if pool.takes(estimate) {
                    pool.push(estimate, at, is_accepted);
                }
            }
            // What comes later comes in only if it is nearer, so that of equals the earlier stand first.
            left.sort_by_key(|near| -near.0);
            let end = left.iter().enumerate().filter(|(_, near)| near.2).nth(beam - 1).map_or(left.len(), |(at, _)| at + 1);
            let accepted: Vec<u32> = left[..end].iter().filter(|near| near.2).map(|near| near.1).collect();
            prop_assert_eq!(pool.accepted().collect::<Vec<u32>>(), accepted);
            for &(_, at, _) in &left[..end] {
                prop_assert_eq!(pool.visit(), Some(at));
            }
            prop_assert_eq!(pool.visit(), None);
        }
    }

    #[test]
    fn every_walk_begins_anew() {
        let mut seen = Seen::default();
        for walk in 0..1_000 {
            seen.begin(5 + walk % 3);
            assert!(seen.insert(4) && !seen.insert(4) && seen.insert(1), "walk {walk}");
        }
    }
}
