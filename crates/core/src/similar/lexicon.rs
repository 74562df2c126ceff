//! The closed lists that comparing needs: words that say nothing, that say the same, that exclude each other.
//!
//! Only what is closed, or as good as, stands here (days of the week, negations, what a person has one of). A language's open words
//! are left to their forms and vectors.

use super::states;
use crate::id;
use crate::words::english;
use std::collections::HashMap;
use std::sync::LazyLock;

type Words = HashMap<u64, Known, std::hash::BuildHasherDefault<AsItIs>>;

/// What the lists know of a word.
#[derive(Debug)]
pub struct Known {
    /// The groups that it is of, list after list, and where those of each end.
    groups: Vec<u16>,
    ends: [u8; LISTS],
    /// The base of a past form that no rule gives.
    pub base: Option<&'static str>,
    /// The number that it is.
    pub number: Option<&'static str>,
    /// The number of the month that it is.
    pub month: Option<&'static str>,
}

impl Known {
    const NOTHING: Self = Self { groups: Vec::new(), ends: [0; LISTS], base: None, number: None, month: None };
}

/// The words are hashed already.
#[derive(Default)]
struct AsItIs(u64);

impl std::hash::Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = id::hash(&[bytes]);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

fn key(word: &str) -> u64 {
    id::hash(&[word.as_bytes()])
}

/// One table for all lists: a word is looked up once, however much is asked of it.
static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words: HashMap<u64, Vec<(usize, u16)>> = HashMap::new();
    for (list, lines) in LINES.iter().enumerate() {
        for (line, group) in lines.iter().zip(1_u16..) {
            for word in line.split_whitespace() {
                words.entry(key(word)).or_default().push((list, group));
                words.entry(key(&english::stem(word))).or_default().push((list, group));
                // The morphemes of 구매하 are 구매 and 하, of which the second says nothing.
                if let Some(noun) = word.strip_suffix('하').filter(|noun| noun.chars().count() >= 2) {
                    words.entry(key(noun)).or_default().push((list, group));
                }
            }
        }
    }
    for (word, state) in states::TOLD.iter() {
        words.entry(key(word)).or_default().push((List::told as usize, *state));
    }
    let known = |mut of: Vec<(usize, u16)>| {
        of.sort_by_key(|pair| pair.0);
        of.dedup();
        let ends = std::array::from_fn(|list| of.iter().filter(|&&(other, _)| other <= list).count() as u8);
        Known { groups: of.into_iter().map(|(_, group)| group).collect(), ends, ..Known::NOTHING }
    };
    let mut words: Words = words.into_iter().map(|(word, of)| (word, known(of))).collect();
    let mut note = |word: &str, set: &dyn Fn(&mut Known)| set(words.entry(key(word)).or_insert(Known::NOTHING));
    for (base, forms) in PASTS.lines().filter_map(|line| line.split_once(' ')) {
        forms.split(' ').for_each(|form| note(form, &|known| known.base = Some(base)));
    }
    let mut numbers = NUMBERS.split_whitespace();
    while let (Some(word), Some(number)) = (numbers.next(), numbers.next()) {
        note(word, &|known| known.number = Some(number));
    }
    for (names, number) in MONTHS {
        names.split(' ').for_each(|name| note(name, &|known| known.month = Some(number)));
    }
    words
});

static NOTHING: Known = Known::NOTHING;

/// What the lists know of a word.
pub fn known(word: &str) -> &'static Known {
    WORDS.get(&key(word)).unwrap_or(&NOTHING)
}

/// What is known of a word that no list has.
pub fn nothing() -> &'static Known {
    &NOTHING
}

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident, $lines:expr;)*) => {
        #[allow(non_camel_case_types, reason = "each is named as the function that looks into it")]
        enum List { $($name),* }
        const LISTS: usize = [$(List::$name as usize),*].len();
        const LINES: [&[&str]; LISTS] = [$($lines),*];
        impl Known {
            $(
                $(#[$doc])*
                pub fn $name(&self) -> &[u16] {
                    self.of(List::$name as usize)
                }
            )*

            fn of(&self, list: usize) -> &[u16] {
                let start = if list == 0 { 0 } else { self.ends[list - 1] };
                &self.groups[usize::from(start)..usize::from(self.ends[list])]
            }
        }
    };
}

lists! {
    /// Words without which a statement says the same: articles, emphasis, politeness. Korean ones stand without their endings.
    filler,
    &["a an the this that these those is are am be been being 's it its of to in on at for as by do does did so and very really quite just also \
      actually currently now please well too such there here oh yes ok okay indeed basically simply totally definitely certainly truly \
      which who what about has have had was were some any his her their my your our i you he she we they me him them us mine yours \
      정말 진짜 너무 아주 매우 굉장히 무척 참 꽤 상당히 그냥 좀 조금 많이 더 또 또한 그리고 근데 그런데 하지만 그래서 이 그 저 것 거 수 등 및 \
      나 내 제 저 너 네 우리 저희 나의 저의 내가 제가 나는 저는 난 전 나도 저도 내게 제게 사용자 사용자는 지금 현재 요즘 특히 이것 그것 이거 그거 잘 해 해요 했다 했어 했어요 했습니다 합니다 한다 하는 해야 하고 해서 하기로 주세요 줘 줘요 주십시오 주시 시 계시 위치해 위치합니다 위치하고 위치한다 위치해요 있 하 되 때문 위해 위하 대하 통하"];

    /// Words that say the same in everyday statements, a group a line.
    synonym,
    &[
        "buy purchase acquire",
        "big large huge",
        "small little tiny",
        "begin start commence",
        "live reside dwell",
        "job occupation profession",
        "car automobile",
        "mother mom mum mommy",
        "father dad daddy",
        "child kid",
        "movie film",
        "doctor physician",
        "quick fast rapid",
        "happy glad",
        "phone telephone",
        "photo picture photograph",
        "house home",
        "flat apartment",
        "colour color",
        "favourit favorit",
        "hous hom",
        "call name",
        "enjoy like",
        "adore love",
        "hate detest loath",
        "end finish conclud",
        "repair fix mend",
        "holiday vacation",
        "wife spous",
        "sofa couch",
        "tv television",
        "fridg refrigerator",
        "bike bicycl",
        "plane airplan aeroplan",
        "shop stor",
        "ill sick",
        "speak talk",
        "own possess",
        "choos pick select",
        "receiv get",
        "need requir",
        "assist help aid",
        "error bug fault",
        "meeting meet",
        "allergic allergi",
        "boss manager supervisor",
        "employ work",
        "prefer favour favor",
        "reply answer respond",
        "gift present",
        "everyday daili",
        "annual yearli",
        "approximat about around roughli",
        "cannot unable",
        "vegetarian veggi",
        "puppy pup",
        "email mail e-mail",
        "graduat finish",
        "university colleg",
        "nearbi near close",
        "often frequent",
        "rest relax",
        "drive commut",
        "exam test",
        "locat situat",
        "depart leav",
        "arriv come",
        "cost pric",
        "wed marri",
        "purpos goal aim",
        "delet remov",
        "creat mak build",
        "show display",
        "us utiliz employ",
        "ask request",
        "happen occur",
        "relocate move",
        "found establish",
        "afraid scared",
        "via by through",
        "grandfather grandpa granddad",
        "grandmother grandma granny",
        "answer reply respond",
        "dinner supper",
        "친절하 상냥하",
        "친구 벗",
        "선생 교사",
        "비밀번호 비번 패스워드 암호",
        "알레르기 알러지",
        "제일 가장",
        "먹 드시 잡수시",
        "자 주무시",
        "집 댁",
        "생일 생신",
        "매일 날마다",
        "자주 종종",
        "빌려주 대여하",
        "사용하 쓰 이용하",
        "바꾸 변경하 교체하",
        "고치 수정하 수리하",
        "지우 삭제하",
        "보내 전송하 발송하",
        "일하 근무하",
        "만들 작성하",
        "끝 종료",
        "회의 미팅",
        "차 자동차",
        "사무실 오피스",
        "월급 급여",
        "취소하 캔슬하",
        "배우 익히",
        "미국 美 美國",
        "일본 日 日本",
        "중국 中 中國",
        "한국 韓 韓國",
        "서울 首爾",
        "netflix 넷플릭스",
        "youtube 유튜브",
        "google 구글",
        "python 파이썬",
        "java 자바",
        "javascript 자바스크립트",
        "typescript 타입스크립트",
        "docker 도커",
        "slack 슬랙",
        "zoom 줌",
        "notion 노션",
        "github 깃허브",
        "linux 리눅스",
        "windows 윈도우 윈도우즈",
        "excel 엑셀",
        "iphone 아이폰",
        "galaxy 갤럭시",
        "kakaotalk 카카오톡 카톡",
        "starbucks 스타벅스",
        "app 앱 어플",
        "email e-mail 이메일 메일",
        "server 서버",
        "port 포트",
        "엄마 어머니 어머님",
        "아빠 아버지 아버님",
        "숙소 호텔",
        "호스트 주인 주인장",
        "전화 핸드폰 휴대폰 폰",
        "회사 직장",
        "깨끗하 청결하 깔끔하",
        "위치하 있",
        "근처 주변 인근 가까이",
        "식당 음식점 레스토랑",
        "영화 필름",
        "사 구매하 구입하",
        "시작하 개시하",
        "끝나 종료하",
        "살 거주하",
        "기업 회사",
        "예약하 부킹하",
        "알려주 말하 알리",
        "추천하 권하",
        "편하 편리하",
        "크 커다랗",
        "빠르 신속하",
        "정부 당국",
        "아이 어린이 애",
        "즐겁 재미있",
        "나라 국가",
        "한국 우리나라 대한민국",
        "발표하 밝히",
        "늘리 확대하 확장하",
        "줄이 축소하",
        "돕 도와주 지원하",
        "제공하 주",
        "방문하 찾",
        "와이파이 wifi wi-fi",
    ];

    /// Words of which one excludes the others where it stands: days, colours, opposites. A group a line.
    exclusive,
    &[
        "lock unlock",
        "start stop begin end",
        "light dark",
        "enter exit",
        "up down",
        "in out",
        "monday tuesday wednesday thursday friday saturday sunday",
        "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec",
        "morning afternoon evening night noon midnight",
        "spring summer autumn winter fall",
        "red blue green yellow black white orange purple pink brown gray grey",
        "north south east west northern southern eastern western",
        "hot cold warm cool",
        "open close shut",
        "big small large little",
        "good bad terrible awful",
        "great bad terrible awful",
        "fast slow quick",
        "like hate love dislike",
        "lik hat lov dislik",
        "accept reject declin refus",
        "increas decreas ris drop",
        "before after",
        "left right",
        "married single divorced engaged",
        "vegetarian vegan omnivor carnivor",
        "tall short",
        "long short",
        "high low",
        "expensive cheap expensiv",
        "early late",
        "hard easy difficult easi",
        "happy sad unhappy happi unhappi",
        "alive dead",
        "win lose los",
        "arrive leave arriv leav depart",
        "enabl disabl",
        "on off",
        "true false fals",
        "public private privat",
        "online offlin onlin offline",
        "indoor outdoor",
        "full empty empti",
        "rich poor",
        "old young new",
        "safe dangerous saf danger",
        "january februari march april",
        "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
        "아침 점심 저녁 새벽 밤 오전 오후",
        "봄 여름 가을 겨울",
        "빨간색 파란색 초록색 노란색 검은색 하얀색 흰색 분홍색 보라색 빨강 파랑 초록 노랑 검정 하양",
        "동쪽 서쪽 남쪽 북쪽",
        "아버지 어머니 형 누나 오빠 언니 동생 아들 딸 아내 남편 할머니 할아버지 엄마 아빠",
        "좋 나쁘 싫",
        "좋아하 싫어하",
        "크 작",
        "많 적",
        "높 낮",
        "길 짧",
        "빠르 느리",
        "비싸 싸 저렴하",
        "쉽 어렵",
        "덥 춥 뜨겁 차갑 따뜻하 시원하",
        "뜨거운 차가운 미지근한",
        "열 닫",
        "늘 줄",
        "늘리 줄이",
        "증가하 감소하",
        "오르 내리",
        "사 팔",
        "시작하 끝나",
        "성공하 실패하",
        "가능하 불가능하",
        "편하 불편하",
        "깨끗하 더럽",
        "안전하 위험하",
        "간소화하 복잡화하",
        "허용하 금지하",
        "조용하 시끄럽",
        "넓 좁",
        "가깝 멀",
        "밝 어둡",
        "흔하 드물",
        "기혼 미혼",
        "찬성하 반대하",
        "왼쪽 오른쪽",
        "왼손 오른손",
        "왼손잡이 오른손잡이",
        "상류 하류",
        "소년 소녀",
        "남자 여자 남성 여성",
        "내려오 내려가 올라오 올라가",
        "들어오 들어가 나오 나가",
        "가져오 가져가",
        "숟가락 젓가락",
        "되돌아가 되돌아오",
        "셋째 넷째 첫째 둘째 막내",
        "출발하 도착하",
        "결혼하 이혼하",
        "보내 받",
        "켜 끄",
        "입 벗",
        "지상 지하",
        "낮 밤",
        "평일 주말",
        "매일 매주 매달 매월 매년 격주",
    ];

    /// Words of one sort: to say one is not to say another, but both may be so. A group a line.
    sort,
    &[
        "second minute hour day week month quarter year night",
        "learn teach study",
        "good great",
        "sunset sunrise",
        "login logout",
        "fix cause break",
        "physics chemistry biology maths history",
        "desktop laptop phone tablet",
        "mother father brother sister son daughter wife husband uncle aunt cousin grandmother grandfather mom dad nephew niece",
        "breakfast lunch dinner supper",
        "cat dog bird fish rabbit hamster horse",
        "tea coffee water juice beer wine milk soda coffe",
        "guitar piano violin drum flute cello",
        "car bus train subway bike bicycle taxi plane motorcycle",
        "doctor nurse teacher lawyer engineer designer chef pilot nurs",
        "chicken beef pork lamb",
        "tennis soccer football basketball baseball golf hockey",
        "first second third fourth fifth last next previous",
        "weekly monthly daily yearly hourly weekli monthli daili yearli",
        "강아지 고양이 개 토끼 햄스터",
        "커피 차 물 주스 맥주 와인 우유",
        "buy sell",
        "작년 올해 내년 재작년",
        "어제 오늘 내일 모레 그저께",
        "yesterday today tomorrow tonight",
        "지난 이번 다음",
        "첫 두번째 첫번째 세번째",
    ];

    /// Of these a statement's subject has one at a time: what is said of it anew is said instead.
    attribute,
    &["name birthday birthdat address phone number email mail password age height weight job occupation profession titl boss manager \
      supervisor wife husband spous hometown nationaliti deadlin budget price pric cost capital version status location venue dat date time \
      colour color siz size favourit favorit salari rent port timezon usernam nickname nicknam birthplac employer \
      anniversari passport cod code pin checkout landlord locale default thermostat \
      이름 생일 나이 주소 전화번호 번호 이메일 비밀번호 직업 직장 고향 국적 키 몸무게 마감 마감일 예산 가격 수도 버전 위치 장소 날짜 시간 색 색깔 \
      사이즈 남편 아내 상사 담당자 대표 회의 약속 결혼기념일 기념일 혈액형 전공 학교 별명 연봉 월세 팀장 출발 도착 면접 기본값 총사업비 정원"];

    /// What is done in one place, for one employer, at one time: by what follows them a person or a thing is described.
    single,
    &["live resid liv reside work employ born marri married locat based bas weigh cost start begin end open close clos belong call due stud major report \
      sit stay leav depart arriv land expir 살 거주하 다니 일하 근무하 태어나 위치하 시작하 끝나 열리 닫 출발하 도착하"];

    /// Of these, beside the attributes, one has one: what is said anew of "my mother" is said of the same one. Anything else that is somebody's may
    /// be one of several.
    unique,
    &["mother mom mum mommy father dad daddy mother-in-law father-in-law partner fiance fiancee boyfriend girlfriend ceo team company office home \
      엄마 어머니 어머님 아빠 아버지 아버님 시어머니 시아버지 장모님 장인어른 아내 와이프 부인 남편 배우자 남자친구 여자친구 애인 사장 사장님 부장님 \
      팀 회사 직장 사무실 집"];

    /// Of these one may have several, and speaks of one without saying which: 동생은 서울에 살아.
    several,
    &["친구 벗 동생 남동생 여동생 형 형님 누나 누님 오빠 언니 자매 형제 아들 딸 자식 아이 애 손자 손녀 조카 사촌 이모 고모 삼촌 외삼촌 숙모 \
      할머니 할아버지 외할머니 외할아버지 동료 직원 후배 선배 동기 이웃 룸메이트 선생님 학생 제자 고객 손님 환자 \
      고양이 강아지 개 반려견 반려묘 토끼 햄스터 새 물고기 거북이 앵무새"];

    /// Where one goes for one thing, and elsewhere for another: 헬스장에 다니는 사람도 회사에 다닌다.
    attended,
    &["회사 직장 학교 대학 대학교 대학원 고등학교 중학교 초등학교 유치원 어린이집 학원 헬스장 헬스 체육관 수영장 요가원 필라테스 도장 교회 성당 절 \
      병원 치과 한의원 도서관 동호회 모임 gym church school company club"];

    /// Of these a subject is on one at a time, and what stands before it says on which: on the Business plan.
    tier,
    &["plan tier 요금제 요금"];

    /// Terms on which something is used: the free plan, the pro plan. Those of a meal are others.
    grade,
    &["free pro basic premium standard plus starter business enterprise team family individual student trial lite monthly annual yearly \
      무료 유료 프로 기본 베이직 프리미엄 스탠다드 플러스 비즈니스 가족"];

    /// Of these a firm, a school, a town or a person has one: the CEO is Anna. What else is said of them need not be all.
    office,
    &["ceo cto cfo coo chairman chairwoman mayor headmaster headmistress treasurer landlord boss manager supervisor \
      wife husband spous"];

    /// What is agreed on, or announced, and has one time at which it starts.
    appointment,
    &["meeting meet appointment interview party wedding concert exam ceremony call standup stand-up workshop conference webinar review lecture \
      talk dinner launch class course lesson \
      회의 미팅 약속 면접 결혼식 콘서트 시험 파티 세미나 발표 행사 공연 회식 모임 예식 강연 강의 수업 강좌"];

    /// What people work as, those of which one may be the other in a group.
    profession,
    &states::JOBS;

    /// Things of which one does what the others do, so that who changes to one gives up another. A group a line.
    rival,
    &[
        "iphone galaxy pixel android 아이폰 갤럭시 픽셀 안드로이드",
        "chrome firefox safari brave 크롬 파이어폭스 사파리",
        "windows macos linux 윈도우 리눅스 맥",
        "vim emacs vscode neovim",
        "gmail outlook protonmail 지메일 아웃룩",
        "spotify tidal deezer 스포티파이 멜론 지니",
        "skt kt lgu+",
    ];

    /// What is so until it is said to be otherwise, rather than what happened once.
    lasting,
    &["be is are am 's have has own like lov love enjoy hat hate prefer need want eat drink smok smoke driv drive speak know live liv resid \
      work play wear belong cost weigh can us use allergic 좋아하 싫어하 있 없 먹 마시 피우 살 다니 일하 하 쓰 알 이 가지 원하"];

    /// Turn a statement into its opposite.
    negation,
    &["not no never none nobody nothing neither nor cannot without n't hardly unable 안 못 아니 말고 마 마라 마세요 말아 말아라 말아줘 말아요 마십시오"];

    /// Say that a state begins or ends: the numbers of those of [`states`], of whose phrases these words are.
    told,
    &[];

    /// Say that something is not so any more.
    ended,
    &["anymore longer stopped quit formerly 더이상"];

    /// Change what a statement commits to, or how much of it holds: the two must have the same ones. A group a line.
    qualifier,
    &[
        "will 'll going shall tomorrow 거야 거예요 거에요 겁니다 것입니다 거다 것이다 거임",
        "would",
        "might may perhaps maybe possibly probably 같아 같아요 같습니다 같다 같음",
        "could",
        "should ought",
        "must 어야",
        "can able 수",
        "want wants wish hope 싶",
        "if unless",
        "only",
        "all every always everyone everything each",
        "some sometimes occasionally",
        "most mostly usually",
        "few rarely seldom",
        "more",
        "less",
        "before until",
        "after",
        "with",
        "or",
        "except but",
        "above",
        "under below beneath",
        "almost nearly",
        "모두 모든 전부 항상 늘",
        "만 오직",
        "가끔 때때로",
        "아마 아마도",
        "일부",
        "제외하 제외",
        "빼고",
    ];

    /// Who is spoken of, a person a line.
    person,
    &["i me my mine myself i'm i've i'd i'll", "you your yours you're", "he him his he's", "she her hers she's", "we us our ours we're", "they them their theirs",
      "나 내 내가 나는 저 제 제가 저는 난 나의 저의 나도 저도 내게 제게 우리 저희", "너 네 당신 네가 너는 니가 너네 너희",
      "그녀 그녀는 그녀가 그는 그가 그들은 그들이 걔 걔는 걔가 걔네 걔네는 쟤 쟤는 쟤가 얘 얘는 얘가"];

    /// Stand anywhere in a Korean statement: when, how often, in what manner.
    floating,
    &["아침 점심 저녁 새벽 밤 낮 오전 오후 오늘 내일 어제 모레 그저께 주말 평일 월요일 화요일 수요일 목요일 금요일 토요일 일요일 매일 매주 매달 매월 매년        격주 자주 종종 가끔 보통 항상 늘 다시 새로 혼자 함께 같이 이미 아직 벌써 방금 나중 먼저 천천히 빨리 올해 작년 내년 지난달 지난주 지난해 전혀 거의        봄 여름 가을 겨울 이번 다음 지난 달 주 해 전 후 때"];

    /// Countries and other places that hold places: living in one and in a town of it is no contradiction.
    country,
    &["korea japan china america usa us uk england britain france germany spain italy india canada australia europe asia africa mexico brazil \
      russia vietnam thailand singapore california texas scotland ireland netherlands switzerland sweden norway poland portugal greece turkey \
      한국 대한민국 일본 중국 미국 영국 프랑스 독일 스페인 이탈리아 인도 캐나다 호주 유럽 아시아 멕시코 브라질 러시아 베트남 태국 \
      집 옆집 새집 친정 시댁 자리 옆자리 사무실 동네 근처 아파트 오피스텔 주택 빌라 원룸 기숙사 시골 도시 경기도 강원도 충청도 전라도 경상도 제주도"];
}

const PASTS: &str = "go went\nbuy bought\nmake made\nget got\ntake took\nsee saw\nsay said\ntell told\ngive gave\ncome came\nknow knew\n\
leave left\nmeet met\nbegin began\neat ate\ndrink drank\nwrite wrote\ndrive drove\nspeak spoke\nteach taught\nthink thought\nfind found\n\
feel felt\nkeep kept\nlose lost\npay paid\nsell sold\nsend sent\nspend spent\nwin won\nwear wore\nbreak broke\nchoose chose\nfall fell\n\
fly flew\nforget forgot\ngrow grew\nhold held\nrun ran\nsing sang\nsit sat\nsleep slept\nswim swam\nride rode\nrise rose\nbuild built\n\
bring brought\nbecome became\nhear heard\nhave had\nread read\nquit quit\nlend lent\nstand stood\nunderstand understood\nlay laid\ncancel cancelled canceled\nbe was were";

const NUMBERS: &str = "one 1 two 2 three 3 four 4 five 5 six 6 seven 7 eight 8 nine 9 ten 10 eleven 11 twelve 12 twenty 20 thirty 30 forty 40 \
fifty 50 hundred 100 thousand 1000 million 1000000 twice 2 once 1 dozen 12";

const MONTHS: [(&str, &str); 12] = [
    ("january jan", "1"),
    ("february feb", "2"),
    ("march mar", "3"),
    ("april apr", "4"),
    ("may", "5"),
    ("june jun", "6"),
    ("july jul", "7"),
    ("august aug", "8"),
    ("september sep", "9"),
    ("october oct", "10"),
    ("november nov", "11"),
    ("december dec", "12"),
];
