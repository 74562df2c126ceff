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

/// A vector that the walk has seen.
struct Near {
    /// How near it is to the query, by estimate.
    estimate: i32,
    /// Its number.
    at: u32,
    /// Whether it may be a result.
    is_accepted: bool,
    /// Whether the walk has been there.
    is_visited: bool,
}

/// The nearest vectors seen, nearest first: as many as hold `beam` that are accepted.
#[derive(Default)]
pub struct Pool {
    near: Vec<Near>,
    beam: usize,
    accepted: usize,
    /// All before this one have been visited.
    next: usize,
    worst: i32,
}

impl Pool {
    /// Nothing has been seen.
    pub fn begin(&mut self, beam: usize) {
        self.near.clear();
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
        let place = self.near.partition_point(|near| near.estimate >= estimate);
        self.near.insert(place, Near { estimate, at, is_accepted, is_visited: false });
        self.next = self.next.min(place);
        self.accepted += usize::from(is_accepted);
        while let Some(last) = self.near.last() {
            if self.accepted < self.beam {
                break;
            }
            if self.accepted == self.beam && last.is_accepted {
                self.worst = last.estimate;
                break;
            }
            self.accepted -= usize::from(last.is_accepted);
            self.near.pop();
        }
    }

    /// The nearest that has not been visited; it has been now.
    pub fn visit(&mut self) -> Option<u32> {
        self.next += self.unvisited()?;
        let near = &mut self.near[self.next];
        near.is_visited = true;
        self.next += 1;
        Some(near.at)
    }

    /// Those that are accepted, nearest first.
    pub fn accepted(&self) -> impl Iterator<Item = u32> + '_ {
        self.near.iter().filter(|near| near.is_accepted).map(|near| near.at)
    }

    /// The one that will be visited next, unless a nearer one comes in.
    pub fn peek(&self) -> Option<u32> {
        self.unvisited().map(|ahead| self.near[self.next + ahead].at)
    }

    fn unvisited(&self) -> Option<usize> {
        self.near[self.next.min(self.near.len())..].iter().position(|near| !near.is_visited)
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
            pool.begin(beam);
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
                prop_assert_eq!(pool.peek(), Some(at));
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
