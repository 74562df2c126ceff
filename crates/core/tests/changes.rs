//! What is told of a state in other words than it was said to hold in.

use greeum_core::similar::{Difference, Text};
use proptest::prelude::*;

mod common;

fn difference(old: &str, new: &str) -> Option<Difference> {
    Text::new(new, &common::table()).compare(old).difference
}

#[test]
fn what_has_changed_replaces_what_was_so() {
    for (old, new, reason, says) in [
        ("I live in Hamburg.", "I moved to Leipzig.", "value", "Leipzig"),
        ("I live in Hamburg.", "I've moved from Hamburg to Leipzig", "value", "Leipzig"),
        ("I live in Hamburg.", "Nora and I moved to Leipzig.", "value", "Leipzig"),
        ("Nora lives in Oslo.", "Nora relocated to Bergen last month.", "value", "Bergen"),
        ("My mother lives in Hamburg.", "My mother moved to Leipzig.", "value", "Leipzig"),
        ("I work at BMW.", "I quit my job at BMW.", "negation", "no"),
        ("Bob works for Intel.", "Bob started working for Nvidia.", "value", "Nvidia"),
        ("The rent is 900.", "The rent went up to 950.", "number", "950"),
        ("My rent is 900 euros.", "My rent has been raised to 950 euros.", "number", "950 euros"),
        ("The meeting is on Thursday.", "The meeting was moved to Friday.", "date", "Friday"),
        ("The deadline is May 3.", "The deadline was extended to May 10.", "date", "May 10"),
        ("The project is called Falcon.", "We renamed the project to Eagle.", "value", "Eagle"),
        ("My phone number is 555-1234.", "My new number is 555-9876.", "number", "555-9876"),
        ("I'm vegetarian.", "I eat meat again.", "value", "eat meat"),
        ("I'm single.", "I got married.", "value", "got married"),
        ("I smoke.", "I gave up smoking.", "negation", "no"),
        ("I don't smoke.", "I started smoking again.", "negation", "yes"),
        ("I own a Tesla.", "I sold my Tesla.", "negation", "no"),
        ("I have a dog.", "My dog died.", "negation", "no"),
        ("We use Jira.", "We switched from Jira to Linear.", "value", "Linear"),
        ("I'm a student.", "I graduated.", "negation", "no"),
        ("I live in Leeds.", "I moved to San Diego.", "value", "San Diego"),
        ("I live in New York.", "I've moved to Salt Lake City", "value", "Salt Lake City"),
        ("I live in Austin, Texas.", "I moved to Ghent.", "value", "Ghent"),
        ("I live in Hamburg.", "I moved to Portugal.", "value", "Portugal"),
        ("I'm 41.", "I'm 42.", "number", "42"),
        ("I am 41 years old.", "I just turned 42", "number", "42"),
        ("Nora is 5 years old.", "Nora turned 6 last week.", "number", "6"),
        ("The lecture is at 9:15.", "The lecture starts at 10 now.", "number", "10"),
        ("I'm a junior analyst.", "I was promoted to senior analyst.", "value", "senior analyst"),
        ("I have a boyfriend.", "My boyfriend and I broke up.", "negation", "no"),
        ("I subscribe to Disney.", "I cancelled my Disney subscription.", "negation", "no"),
        ("The team's name is Heron.", "We renamed the team to Kite.", "value", "Kite"),
        ("I work at a company.", "I quit my job.", "negation", "no"),
        ("나는 서울에 살아.", "부산으로 이사했어.", "value", "부산"),
        ("나는 서울에 살아.", "지난주에 서울에서 부산으로 이사 갔어.", "value", "부산"),
        ("나는 삼성에 다녀.", "나 삼성 그만뒀어.", "negation", "no"),
        ("저는 네이버에서 근무합니다.", "카카오에 입사했습니다.", "value", "카카오"),
        ("월세는 90만 원이야.", "월세가 95만 원으로 올랐어.", "number", "95만 원"),
        ("회의는 목요일이야.", "회의가 금요일로 미뤄졌어.", "date", "금요일"),
        ("프로젝트 이름은 매야.", "프로젝트 이름을 독수리로 바꿨어.", "value", "독수리"),
        ("나는 채식주의자야.", "나 이제 고기 먹어.", "value", "고기"),
        ("나는 미혼이야.", "나 결혼했어.", "value", "결혼"),
        ("나는 담배를 피워.", "나 담배 끊었어.", "negation", "no"),
        ("나는 차가 있어.", "나 차 팔았어.", "negation", "no"),
        ("나는 회사에 다녀.", "나 퇴사했어.", "negation", "no"),
        ("나는 직장에 다녀.", "회사를 그만뒀어요.", "negation", "no"),
        ("나는 서울에 살아.", "지난달에 제주도로 이사했어.", "value", "제주도"),
        ("나는 대구에 살아.", "호주로 이민 갔어.", "value", "호주"),
        ("나는 쉰 살이야.", "나 이제 쉰한 살이야.", "number", "쉰한 살"),
        ("나는 49살이야.", "나 쉰 살 됐어.", "number", "쉰 살"),
        ("나는 녹차를 안 마셔.", "나 녹차 마시기 시작했어.", "negation", "yes"),
        ("수업은 2시야.", "수업 시간이 4시로 바뀌었어.", "date", "4시"),
        ("나는 사원이야.", "나 주임으로 승진했어.", "value", "주임"),
        ("나는 라인에 다녀.", "라인에서 쿠팡으로 이직했어.", "value", "쿠팡"),
        ("나는 부산대에 다녀.", "나 부산대 자퇴했어.", "negation", "no"),
        ("I'm a librarian.", "I'm a pilot now.", "value", "pilot"),
        ("I'm a baker.", "I became a nurse.", "value", "nurse"),
        ("I'm on the basic plan.", "I upgraded to the premium plan.", "value", "premium plan"),
        ("나는 기본 요금제를 써.", "나 프리미엄 요금제로 바꿨어.", "value", "프리미엄 요금"),
    ] {
        let found = difference(old, new).unwrap_or_else(|| panic!("{old} {new}"));
        assert_eq!((found.reason.name(), &*found.new, found.is_sure), (reason, says, true), "{old} {new}");
    }
}

#[test]
fn what_may_be_otherwise_is_only_seen() {
    for (old, new) in [
        ("My friend lives in Hamburg.", "My friend moved to Leipzig."),
        ("I live in Hamburg.", "We moved to Leipzig."),
        ("Nora and I live in Hamburg.", "I moved to Leipzig."),
        ("Nora and I live in Hamburg.", "Tom and I moved to Leipzig."),
        ("I live in Hamburg by the harbour.", "I moved to Leipzig."),
        ("I live in Hamburg.", "I moved to Leipzig in May."),
        ("I live in Hamburg.", "I moved to Leipzig because of the job."),
        ("I moved to Hamburg.", "I moved to Leipzig."),
        ("I live in Hamburg.", "I live in Altona."),
        ("I live in Springvale.", "I moved to Hamburg."),
        ("I work in Hamburg.", "I work in Altona."),
        ("I'm 41.", "I'm 40."),
        ("My phone number is 555-1234.", "I changed my phone number."),
        ("My phone number is 555-1234.", "I have a new phone number."),
        ("I work at BMW.", "I was laid off."),
        ("I work at BMW.", "I started at Siemens."),
        ("I work at BMW.", "I left BMW."),
        ("I work at BMW.", "I quit my job."),
        ("The rent is 900.", "The rent went up by 50."),
        ("Our dog is called Milo.", "We renamed our dog Bruno."),
        ("우리 개 이름은 밀로야.", "이름을 두부로 바꿨어."),
        ("내 동생은 서울에 살아.", "내 동생은 부산으로 이사했어."),
        ("나는 삼성에 다녀.", "네이버에 취직했어."),
        ("나는 삼성에 다녀.", "고모 네이버로 이직했어."),
        ("월세는 90만 원이야.", "월세가 5만 원 올랐어."),
        ("나는 서울에 살아.", "나는 강남에 살아."),
        ("나는 서울에 살아.", "성북동으로 이사했어."),
        ("나는 삼성에 다녀.", "나 퇴사했어."),
        ("나는 남자친구가 있어.", "나 남자친구랑 헤어졌어."),
        ("내 전화번호는 010-1111-2222야.", "나 전화번호 바꿨어."),
        ("I'm a nurse.", "I'm a pilot."),
        ("I use an iPhone.", "I switched to a Pixel."),
        ("아이폰을 써.", "픽셀로 바꿨어."),
        ("나는 간호사야.", "나는 변호사야."),
        ("I upgraded to the premium plan.", "I'm on the basic plan."),
    ] {
        let found = difference(old, new).unwrap_or_else(|| panic!("{old} {new}"));
        assert!(!found.is_sure, "{old} {new}");
    }
}

#[test]
fn what_leaves_room_for_both_is_no_change() {
    for (old, new) in [
        ("I'm a nurse.", "I'm a mother."),
        ("I'm a nurse.", "I'm a part-time teacher now."),
        ("The mayor is tall.", "The mayor is busy."),
        ("My boss likes tea.", "My boss likes coffee."),
        ("The landlord is kind.", "The landlord is strict."),
        ("The mayor is in Rome.", "The mayor is in Oslo."),
        ("This is a free plan.", "This is a team plan."),
        ("My wife uses an iPhone.", "I switched to a Galaxy."),
        ("I'm a teacher.", "I'm a professor."),
        ("My friend is a nurse.", "My friend is a pilot."),
        ("I'm a nurse.", "I have a nurse."),
        ("I use an iPhone.", "I switched to a laptop."),
        ("I use an iPhone.", "I use a Pixel."),
        ("I'm on the basic plan.", "I'm on the meal plan."),
        ("아이폰을 써.", "아이패드를 써."),
        ("나는 간호사야.", "나는 엄마야."),
        ("I live in Hamburg.", "I moved to Hamburg."),
        ("I live in Germany.", "I moved to Leipzig."),
        ("I live in Hamburg.", "I moved to Linux."),
        ("I live in Hamburg.", "I moved to a bigger flat."),
        ("I live in Hamburg.", "I moved to Leipzig in 2003."),
        ("I live in Hamburg.", "I moved to Leipzig for two weeks."),
        ("I live in Hamburg.", "I want to move to Leipzig."),
        ("I live in Hamburg.", "I'm moving to Leipzig."),
        ("I live in Hamburg.", "I didn't move to Leipzig."),
        ("I live in Hamburg.", "I almost moved to Leipzig."),
        ("I live in Hamburg.", "Did I move to Leipzig?"),
        ("I live in Hamburg.", "I had moved to Leipzig."),
        ("I live in Hamburg.", "\"I moved to Leipzig\" is a song."),
        ("I live in Hamburg.", "Bob said I moved to Leipzig."),
        ("I live in Hamburg.", "My sister moved to Leipzig."),
        ("I lived in Hamburg.", "I moved to Leipzig."),
        ("I live in Hamburg.", "I lived in Leipzig."),
        ("I live in Hamburg.", "I moved to Hamburg Altona."),
        ("I live in Hamburg.", "I relocated to Finance."),
        ("I live in Hamburg.", "I moved to Leipzig for the winter."),
        ("I live in Hamburg.", "I moved to Leipzig in the game."),
        ("I live in Hamburg.", "I moved to Leipzig. Just kidding!"),
        ("I live in New York.", "I moved to Buffalo."),
        ("My name is Johanna.", "Call me Jo."),
        ("My phone number is +49 40 7654321.", "My new phone number is 040-7654321."),
        ("My phone number is 555-765-4321.", "My phone number is (555) 765-4321."),
        ("My phone number is 555-1234.", "They have a new phone number."),
        ("I'm 41.", "I'm 100%."),
        ("I'm 41.", "I'm 43 kg."),
        ("I'm 41.", "I turned 45 pages."),
        ("I'm a junior analyst.", "I was promoted to tears."),
        ("I work at BMW.", "I never quit BMW."),
        ("I work at BMW.", "I was fired up."),
        ("I smoke.", "I never stopped smoking."),
        ("I smoke.", "I haven't stopped smoking."),
        ("I smoke.", "I stopped to smoke."),
        ("I swim every day.", "I didn't swim this Friday."),
        ("Nora lives in Oslo.", "Nora's brother moved to Bergen."),
        ("I work at BMW.", "I quit smoking."),
        ("I work at BMW.", "I tried to quit BMW."),
        ("I work at BMW.", "I joined a gym."),
        ("I drive a BMW.", "I quit BMW."),
        ("The rent is 900.", "The price went up to 950."),
        ("The rent is 900.", "Bob's rent went up to 950."),
        ("The rent is 900 euros.", "The rent went up 5 percent."),
        ("The meeting is on Thursday.", "The meeting was moved to room 5."),
        ("My boss is Karen.", "My new boss starts on Monday."),
        ("My car's color is red.", "My new car's color is blue."),
        ("I'm vegetarian.", "My dog eats meat."),
        ("I'm vegetarian.", "I don't eat meat."),
        ("I'm married.", "My parents got divorced."),
        ("I smoke.", "Bob quit smoking."),
        ("I smoke.", "I want to quit smoking."),
        ("I smoke.", "I should quit smoking."),
        ("I smoke.", "I have to stop smoking."),
        ("I smoke.", "I can't quit smoking."),
        ("I smoke.", "I never quit smoking."),
        ("I drink coffee.", "I gave up tea."),
        ("I own a house in Bonn.", "I sold my house in Berlin."),
        ("We use Jira.", "They switched from Jira to Linear."),
        ("나는 서울에 살아.", "부산으로 이사하려고 했어."),
        ("나는 서울에 살아.", "부산으로 이사하기로 했어."),
        ("나는 서울에 살아.", "부산으로 이사했대."),
        ("나는 서울에 살아.", "부산으로 이사했다고 들었어."),
        ("나는 서울에 살아.", "부산으로 이사할 거야."),
        ("나는 서울에 살아.", "2010년에 부산으로 이사했어."),
        ("나는 서울에 살아.", "옆자리로 이사했어."),
        ("나는 서울에 살아.", "새 사무실로 이사했어."),
        ("나는 서울에 살아.", "민수가 부산으로 이사했어."),
        ("나는 서울에 살아.", "걔 부산으로 이사했어."),
        ("나는 서울에 살아.", "그녀는 부산으로 이사했어."),
        ("나는 서울에 살아.", "고모 부산으로 이사했어."),
        ("나는 서울에 살아.", "지민이 부산으로 이사했어."),
        ("나는 서울에 살아.", "본사로 이사했어."),
        ("나는 서울에 살아.", "노션으로 이사했어."),
        ("나는 서울에 살아.", "우리 팀 부산으로 이사했어."),
        ("나는 경기도에 살아.", "수원으로 이사했어."),
        ("나는 회사에 다녀.", "남편 퇴사했어."),
        ("나는 회사에 다녀.", "나 아직 퇴사 안 했어."),
        ("나는 녹차를 안 마셔.", "누나가 녹차 마시기 시작했어."),
        ("내 전화번호는 010-1111-2222야.", "내 번호는 01011112222야."),
        ("내 전화번호는 010-1111-2222야.", "동생 전화번호 바꿨어."),
        ("나는 미혼이야.", "지민은 결혼했어."),
        ("나는 헬스장에 다녀.", "네이버에 입사했어."),
        ("나는 삼성에 다녀.", "담배를 그만뒀어."),
        ("월세는 90만 원이야.", "전기세가 95만 원으로 올랐어."),
        ("월세는 90만 원이야.", "월세가 95만 원으로 올랐어?"),
        ("나는 미혼이야.", "누나가 결혼했어."),
        ("나는 담배를 피워.", "술을 끊었어."),
        ("나는 차가 있어.", "친구가 차를 팔았어."),
    ] {
        assert_eq!(difference(old, new), None, "{old} {new}");
    }
}

#[test]
fn one_sentence_of_several_tells_it_but_not_that_all_is_over() {
    let found = difference("I live in Hamburg. I like tea.", "What a week. I moved to Leipzig. It rains here.");
    let found = found.expect("it is told");
    assert_eq!((&*found.new, &*found.old, found.is_sure), ("Leipzig", "Hamburg", false));
}

/// Sentences of the words that phrases are made of, in any order.
fn jumbled() -> impl Strategy<Value = String> {
    let words = "I we my the new rent dog moved move to from Leipzig quit job at went up by 5 next Monday now May renamed is called not again last week married \
                 이사 했어 이사했어 부산으로 서울에서 월세가 5만 원으로 올랐어 담배 끊었어 이름을 바꿨어 나는 죽었어 , . ' new";
    let words: Vec<&'static str> = words.split_whitespace().collect();
    proptest::collection::vec(proptest::sample::select(words), 0..9).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(common::cases(500))]

    #[test]
    fn any_words_can_be_read(one in jumbled(), other in jumbled()) {
        difference(&one, &other);
    }
}
