//! What says the same is found among many, in its own namespace alone; and comparing two texts is even-handed.

mod common;

use common::{Dice, NOW_US, cases, entry, loaded, table, varied_entry};
use greeum_core::similar::{Statement, compare};
use greeum_core::vectors::{Code, CodeRef};
use greeum_core::{BlockId, Entry, Index};
use proptest::prelude::*;

fn nearest(index: &Index, namespace: &str, text: &str, count: usize) -> Vec<BlockId> {
    let bytes = table().encode(text);
    let code = CodeRef::all(&bytes, table().dimension()).unwrap().next().map(CodeRef::to_owned);
    index.nearest(namespace, text, code.as_ref().map(Code::as_ref), NOW_US, count)
}

/// Whether what says the same as a new block may be this one.
fn is_open(entry: &Entry, namespace: &str) -> bool {
    entry.namespace == namespace
        && !entry.superseded
        && !entry.flags.iter().any(|flag| flag == "quarantined")
        && entry.expires_at.is_none_or(|at| at > NOW_US)
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn the_same_text_is_found_first_wherever_it_may_be(seed in any::<u64>(), count in 1..400_u64) {
        let mut dice = Dice::new(seed);
        let entries: Vec<Entry> = (1..=count).map(|id| varied_entry(id, &mut dice)).collect();
        let index = loaded(&entries, &[]);
        for wanted in entries.iter().take(40) {
            let found = nearest(&index, &wanted.namespace, &wanted.text, 4);
            for id in &found {
                prop_assert!(is_open(&entries[*id as usize - 1], &wanted.namespace), "{id} is not to be found there");
            }
            if is_open(wanted, &wanted.namespace) {
                let same = |id: &BlockId| entries[*id as usize - 1].text == wanted.text;
                prop_assert!(found.iter().any(same) || table().encode(&wanted.text)[..4] == [0; 4], "{:?}", wanted.text);
            }
        }
    }

    #[test]
    fn comparing_is_even_handed(a in "[A-Za-z0-9가-힣 .?']{0,60}", b in "[A-Za-z0-9가-힣 .?']{0,60}") {
        let (one, other) = (Statement::new(&a, &table()), Statement::new(&b, &table()));
        let (there, back) = (compare(&one, &other, &table()), compare(&other, &one, &table()));
        prop_assert!((0.0..=1.0001).contains(&there.same));
        prop_assert_eq!(there.same == 0.0, back.same == 0.0, "{} {}", there.same, back.same);
        prop_assert!(compare(&one, &one, &table()).difference.is_none());
    }
}

#[test]
fn among_thousands_it_is_found_by_its_rare_words() {
    let mut dice = Dice::new(7);
    let mut entries: Vec<Entry> = (1..=3_000).map(|id| entry(id, &dice.text(8))).collect();
    entries.push(entry(3_001, "Zelda keeps bees behind the observatory"));
    entries.push(Entry { namespace: "other".into(), ..entry(3_002, "Zelda keeps bees behind the observatory") });
    let index = loaded(&entries, &[]);
    assert_eq!(nearest(&index, "", "Behind the observatory Zelda keeps bees.", 3)[0], 3_001);
    assert_eq!(nearest(&index, "other", "Zelda keeps bees behind the observatory", 3), [3_002]);
    assert!(nearest(&index, "nobody", "Zelda keeps bees", 3).is_empty());
}

fn compared(new: &str, old: &str) -> (bool, Option<(&'static str, bool)>) {
    let found = compare(&Statement::new(new, &table()), &Statement::new(old, &table()), &table());
    (found.same >= 0.93, found.difference.map(|difference| (difference.reason.name(), difference.is_sure)))
}

#[test]
fn the_same_in_other_words_is_the_same() {
    for (a, b) in [
        ("The meeting is at 3 pm.", "The meeting is at 3:00 PM."),
        ("I live in Seoul.", "I'm living in Seoul"),
        ("I bought a new car last week", "Last week I purchased a new car"),
        ("The meeting starts at 10:30", "the meeting begins at 10:30"),
        ("Jane has two children", "Jane has 2 kids"),
        ("My favourite colour is blue", "Blue is my favorite color"),
        ("He speaks French and German", "He speaks German and French"),
        ("저는 커피를 좋아해요", "저는 커피를 좋아합니다"),
        ("나는 서울에 산다", "나는 서울에 산다."),
    ] {
        assert!(compared(a, b).0, "{a} / {b}");
    }
}

#[test]
fn a_small_difference_is_a_difference() {
    for (a, b) in [
        ("I live in Seoul", "I lived in Seoul"),
        ("I live in Seoul", "She lives in Seoul"),
        ("Alice prefers tea to coffee", "Alice prefers coffee to tea"),
        ("Jack gave Jill the book", "Jill gave Jack the book"),
        ("The budget is 50,000 dollars", "The budget is 5,000 dollars"),
        ("The meeting is at 3 pm", "The meeting is at 3 am"),
        ("He might come", "He will come"),
        ("All tests pass", "Some tests pass"),
        ("Tom moved to Berlin", "Tom moved from Berlin"),
        ("I can't come on Sunday", "I can come on Sunday"),
        ("The door is locked", "The door is unlocked"),
        ("Alice moved to Busan?", "Alice moved to Busan."),
        ("The wifi password is hunter22", "The wifi password is hunter23"),
        ("커피를 좋아해", "커피를 싫어해"),
        ("민수는 서울에 산다", "영희는 서울에 산다"),
        ("회의는 3시에 시작해", "회의는 4시에 시작해"),
        ("담배를 피워요", "담배를 안 피워요"),
    ] {
        assert!(!compared(a, b).0, "{a} / {b}");
        assert!(!compared(b, a).0, "{b} / {a}");
    }
}

#[test]
fn what_cannot_both_hold_is_told_with_its_reason() {
    for (new, old, reason) in [
        ("I live in Busan", "I live in Seoul", "value"),
        ("Alice's birthday is May 4", "Alice's birthday is May 3", "date"),
        ("The concert is on 8 March", "The concert is on 3 March", "date"),
        ("The concert is on 3 March", "The concert is on 8 March", "date"),
        ("콘서트는 3월 8일이다", "콘서트는 3월 3일이다", "date"),
        ("The team has nine members", "The team has eight members", "number"),
        ("I don't drink coffee anymore", "I drink coffee", "negation"),
        ("내 생일은 5월 4일이야", "내 생일은 5월 3일이야", "date"),
        ("나는 부산에 살아", "나는 서울에 살아", "value"),
        ("민지는 부산에 산다", "민지는 서울에 산다", "value"),
        ("민지는 부산에서 산다", "민지는 서울에서 산다", "value"),
        ("민지는 5층에 산다", "민지는 3층에 산다", "number"),
        ("민지는 카카오에 다닌다", "민지는 삼성에 다닌다", "value"),
        ("민지는 카카오에서 일한다", "민지는 삼성에서 일한다", "value"),
        ("나는 커피를 좋아하지 않아", "나는 커피를 좋아해", "negation"),
        ("비밀번호는 5678입니다", "비밀번호는 1234입니다", "number"),
        ("사무실은 5층에 있다", "사무실은 3층에 있다", "number"),
        ("내 이름은 지영이야", "내 이름은 민수야", "value"),
        ("The team is on the Business plan", "The team is on the Monthly plan", "value"),
        ("We use the Pro tier", "We use the Free tier", "value"),
        ("우리 팀은 비즈니스 요금제를 쓴다", "우리 팀은 월간 요금제를 쓴다", "value"),
    ] {
        assert_eq!(compared(new, old), (false, Some((reason, true))), "{new} / {old}");
    }
}

#[test]
fn what_may_both_hold_is_left_alone() {
    for (new, old) in [
        ("I like coffee", "I like tea"),
        ("Bob lives in Seoul", "Alice lives in Seoul"),
        ("I live in Seoul", "I live in Korea"),
        ("I have a dog", "I have a cat"),
        ("I own a car", "I own a bike"),
        ("Room 4 has a TV", "Room 3 has a TV"),
        ("My brother's name is Paul", "My sister's name is Anna"),
        ("영희는 서울에 살아", "민수는 서울에 살아"),
        ("민지는 배를 산다", "민지는 사과를 산다"),
        ("민지는 시장에서 배를 산다", "민지는 시장에서 사과를 산다"),
        ("민지는 갤럭시를 쓴다", "민지는 아이폰을 쓴다"),
        ("민지는 강아지를 키운다", "민지는 고양이를 키운다"),
        ("나는 라면을 좋아해", "나는 김치를 좋아해"),
        ("4번 방은 넓어", "3번 방은 넓어"),
        ("Does he live in Busan?", "He lives in Seoul"),
        ("I like the Business plan", "I like the Monthly plan"),
        ("I have the Business plan", "I have the Monthly plan"),
        ("We discussed the Business plan", "We discussed the Monthly plan"),
        ("Ann is on the pension plan", "Ann is on the meal plan"),
        ("The Business plan is on the site", "The Monthly plan is on the site"),
        ("The plan is popular", "The plan is cheap"),
        ("비즈니스 요금제를 좋아해", "월간 요금제를 좋아해"),
        ("비즈니스 요금제는 비싸다", "월간 요금제는 비싸다"),
    ] {
        assert_eq!(compared(new, old).1, None, "{new} / {old}");
    }
    // Both may have happened: it is said, and nothing is sure.
    assert_eq!(compared("I ran 8 km", "I ran 5 km").1, Some(("number", false)));
    for (new, old) in [
        ("I have an appointment on 5 March", "I have an appointment on 3 March"),
        ("나는 5일에 약속이 있다", "나는 3일에 약속이 있다"),
    ] {
        assert_eq!(compared(new, old).1, Some(("date", false)), "{new} / {old}");
    }
    assert_eq!(compared("나는 5시에 회의가 있어요", "나는 3시에 회의가 있어요").1, Some(("number", false)));
    // So may one be had beside the other.
    assert_eq!(compared("I have a blue scarf", "I have a red scarf").1, Some(("value", false)));
}

#[test]
fn of_one_of_several_nothing_is_sure() {
    for (new, old) in [
        ("A friend of mine works at Apple.", "A friend of mine works at Google."),
        ("My friend lives in Madrid.", "My friend lives in Berlin."),
        ("My cat is called Otis.", "My cat is called Milo."),
        ("My sister's name is Jina.", "My sister's name is Mina."),
        ("The name of my cat is Otis.", "The name of my cat is Milo."),
        ("My son is nine.", "My son is seven."),
        ("Alice's brother works at Apple.", "Alice's brother works at Google."),
        ("I have a sister who lives in Rome.", "I have a sister who lives in Oslo."),
        ("My friend doesn't like coffee anymore.", "My friend likes coffee."),
        ("내 동생은 대구에 살아.", "내 동생은 서울에 살아."),
        ("형은 대구에 살아.", "형은 서울에 살아."),
        ("고양이 이름은 나비야.", "고양이 이름은 밀로야."),
        ("내 차는 파란색이야.", "내 차는 빨간색이야."),
        ("나는 회사에 다닌다.", "나는 헬스장에 다닌다."),
    ] {
        assert!(matches!(compared(new, old).1, Some((_, false))), "{new} / {old}");
        assert!(matches!(compared(old, new).1, Some((_, false))), "{old} / {new}");
    }
}

#[test]
fn of_what_a_thing_may_have_several_of_nothing_is_sure() {
    for (new, old) in [
        ("The bakery is also closed on Tuesdays.", "The bakery is closed on Mondays."),
        ("The bakery is closed on Tuesdays.", "The bakery is closed on Mondays."),
        ("The bakery is open every Tuesday.", "The bakery is open every Monday."),
        ("The hens are fed at 17.", "The hens are fed at 6."),
        ("The cream is used in the evening.", "The cream is used in the morning."),
        ("The cream is for the evening.", "The cream is for the morning."),
        ("The code is for the gate.", "The code is for the door."),
        ("Ruth is older than Paul.", "Ruth is older than Jane."),
        ("Ruth is shorter than Paul.", "Ruth is taller than Jane."),
        ("The tram leaves at 9:20.", "The tram leaves at 9:05."),
        ("The tram is at 9:20.", "The tram is at 9:05."),
        ("The hatch is open in the attic.", "The hatch is open in the cellar."),
        ("Ruth works on Fridays.", "Ruth works on Mondays."),
        ("Ruth works for Paul.", "Ruth works for Jane."),
        ("Ruth works at the theatre.", "Ruth works at the clinic."),
        ("Ruth lives close to Turin.", "Ruth lives close to Milan."),
        ("Ruth lives north of Turin.", "Ruth lives north of Milan."),
        ("The yard is open to guests.", "The yard is open to members."),
        ("The lift is closed on floor 5.", "The lift is closed on floor 3."),
        ("Ruth lives near Turin.", "Ruth lives near Milan."),
        ("Ruth belongs to the choir.", "Ruth belongs to the band."),
        ("Ruth reports to Paul.", "Ruth reports to Jane."),
        ("The sprinkler starts at 19.", "The sprinkler starts at 7."),
        ("스프링클러는 19시에 시작해.", "스프링클러는 7시에 시작해."),
        ("감기약은 저녁에 먹는다.", "감기약은 아침에 먹는다."),
        ("나는 목요일에 일해.", "나는 화요일에 일해."),
        ("버스는 9시 20분에 출발해.", "버스는 9시 5분에 출발해."),
        ("감기약은 20시에도 먹어.", "감기약은 8시에 먹어."),
        ("수업은 매주 목요일이야.", "수업은 매주 화요일이야."),
        ("회의는 목요일마다야.", "회의는 화요일마다야."),
        ("나는 대전 근처에 살아.", "나는 대구 근처에 살아."),
        ("나는 식당에서 일해.", "나는 카페에서 일해."),
    ] {
        assert!(!matches!(compared(new, old).1, Some((_, true))), "{new} / {old}");
        assert!(!matches!(compared(old, new).1, Some((_, true))), "{old} / {new}");
    }
}

#[test]
fn of_what_there_is_one_at_a_time_it_is_sure() {
    for (new, old) in [
        ("The lecture is at 4.", "The lecture is at 3."),
        ("The lecture starts at 4.", "The lecture starts at 3."),
        ("The course starts on Friday.", "The course starts on Monday."),
        ("The bakery opens at 8.", "The bakery opens at 7."),
        ("The bakery is open until 8 pm.", "The bakery is open until 7 pm."),
        ("The fee for adults is 14.", "The fee for adults is 12."),
        ("The bus to Turin costs 14 euros.", "The bus to Turin costs 12 euros."),
        ("Ruth is based in Turin.", "Ruth is based in Milan."),
        ("Ruth lives alone in Turin.", "Ruth lives alone in Milan."),
        ("Ruth works at Siemens.", "Ruth works at BMW."),
        ("Ruth now works for Siemens.", "Ruth works for BMW."),
        ("수업은 4시에 시작해.", "수업은 3시에 시작해."),
        ("수업은 3시 40분에 시작해.", "수업은 3시 10분에 시작해."),
        ("약속은 4시야.", "약속은 3시야."),
        ("Ruth now reports to Paul.", "Ruth reports to Jane."),
        ("The CEO is Ruth Hall.", "The CEO is Paul Frey."),
        ("I'm on the premium plan.", "I'm on the basic plan."),
        ("The fee is due on the 20th.", "The fee is due on the 5th."),
        ("프리미엄 요금제를 써.", "기본 요금제를 써."),
        ("박민호가 팀장이야.", "팀장은 이수진이야."),
    ] {
        assert!(matches!(compared(new, old).1, Some((_, true))), "{new} / {old}");
    }
}

#[test]
fn of_whom_there_is_one_it_is_sure() {
    for (new, old) in [
        ("My mother lives in Rome.", "My mother lives in Oslo."),
        ("My husband's name is Tom.", "My husband's name is Bob."),
        ("My friend Anna lives in Rome.", "My friend Anna lives in Oslo."),
        ("I live with a friend in Madrid.", "I live with a friend in Berlin."),
        ("The cat is called Otis.", "The cat is called Milo."),
        ("엄마는 대구에 살아.", "엄마는 서울에 살아."),
        ("내 아내는 카카오에 다녀.", "내 아내는 삼성에 다녀."),
    ] {
        assert!(matches!(compared(new, old).1, Some((_, true))), "{new} / {old}");
    }
}

#[test]
fn names_are_told_whole() {
    for (new, old, said) in [
        ("팀장은 이수진이야.", "팀장은 김민수야.", ["이수진", "김민수"]),
        ("담당자는 최유나입니다.", "담당자는 정하늘입니다.", ["최유나", "정하늘"]),
        ("나는 속초에 살아.", "나는 부산에 살아.", ["속초", "부산"]),
        ("나는 나주에 살아.", "나는 속초에 살아.", ["나주", "속초"]),
    ] {
        let read = |text| Statement::new(text, &table());
        let found = compare(&read(new), &read(old), &table()).difference.unwrap();
        assert_eq!(([&*found.new, &*found.old], found.is_sure), (said, true));
    }
    assert!(compared("이수진이 팀장이야.", "팀장은 이수진이야.").0, "who has the office");
    assert!(!compared("이수진은 팀장이야.", "팀장은 이수진이야.").0, "there may be others");
    assert!(compared("고양이의 이름은 나비야", "고양이 이름은 나비예요").0);
}

#[test]
fn numbers_are_told_as_they_are_written() {
    for (new, old, said) in [
        ("회비는 5만 원이야", "회비는 3만원이야", ["5만 원", "3만원"]),
        ("월세는 55만원이야", "월세는 50만원이야", ["55만원", "50만원"]),
        ("회의는 네시에 시작해", "회의는 세시에 시작해", ["네시", "세시"]),
    ] {
        let read = |text| Statement::new(text, &table());
        let found = compare(&read(new), &read(old), &table()).difference.unwrap();
        assert_eq!([&*found.new, &*found.old], said);
    }
}
