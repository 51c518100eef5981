"""The words the sample instance is made of: names, places and streets per culture, products, tickets.

Lists are one text, parted by commas. `=` gives the Latin spelling of a name, the postal code of a city,
and what a product costs. In templates `#` stands for a digit and `%` for one that is not zero.
"""

from typing import NamedTuple


class Culture(NamedTuple):
    """A country and how its people are named and reached; `families_of_women` where they differ from the men's."""

    country: str
    language: str
    phone: str
    company: str
    cities: str
    streets: str
    women: str
    men: str
    families: str
    families_of_women: str = ""
    full_name: str = "{first} {family}"


class Product(NamedTuple):
    """Something Contoso Coffee sells: its price in cents, and how many one buys at most, which is also how often."""

    name: str
    category: str
    cents: int
    most: int


CULTURES = (
    Culture(
        "Norway", "nb-NO", "+47 00 ## ## ##", "{} & Sønner AS",
        "Oslo=01##, Bergen=50##, Trondheim=70##, Tromsø=90##", "Storgata %#, Kirkeveien %#, Bjørkelia %",
        "Ingrid, Solveig, Åse, Marit, Guro, Sunniva, Bjørg", "Øyvind, Håkon, Bjørn, Sindre, Torbjørn, Eirik, Lars",
        "Hansen, Ødegård, Bakken, Sæther, Nygård, Lunde, Myhre, Hagen, Aas, Fjeldstad",
    ),
    Culture(
        "Germany", "de-DE", "+49 171 39200##", "{} GmbH & Co. KG",
        "Berlin=10###, München=80###, Köln=50###, Düsseldorf=40###", "Lindenstraße %#, Am Mühlbach %, Goethestraße %#",
        "Franziska, Käthe, Annegret, Jördis, Sabine, Ursula, Leonie",
        "Jonas, Jürgen, Matthias, Torsten, Jörn, Götz, Uwe",
        "Müller, Schröder, Weiß, Köhler, Jäger, Großmann, Krüger, Lehmann, Böhm, Vogel",
    ),
    Culture(
        "Spain", "es-ES", "+34 555 01# ###", "Hermanos {} S.L.",
        "Madrid=280##, Sevilla=410##, A Coruña=150##, Málaga=290##",
        "Calle Mayor %#, Plaza del Olivo %, Avenida del Río %#",
        "Lucía, Begoña, Itziar, María José, Inés, Nuria, Carmen",
        "Álvaro, Íñigo, Joaquín, Andrés, Óscar, Raúl, Martín",
        "García Núñez, Ibáñez Soto, Muñoz Rey, Peña Vidal, Ordóñez Gil, Zubizarreta Mora, Castaño Prieto, Gómez Bueno",
    ),
    Culture(
        "Mexico", "es-MX", "+52 55 0000 ####", "Grupo {} S.A. de C.V.",
        "Ciudad de México=06###, Guadalajara=44###, Mérida=97###", "Calle Jacarandas %##, Avenida Insurgentes %##",
        "Guadalupe, Ximena, Citlali, Fernanda, Rocío, Itzel, Marisol",
        "Emiliano, Cuauhtémoc, Rodrigo, Ángel, Héctor, Efraín",
        "Hernández Luna, Ramírez Peña, Treviño Salas, Nájera Cruz, Cárdenas Ruiz, Xicoténcatl Ríos, Montaño Villa",
    ),
    Culture(
        "France", "fr-FR", "+33 6 39 98 ## ##", "Maison {} SARL",
        "Paris=7501%, Lyon=6900%, Orléans=45#00, Besançon=25#00",
        "%# rue de l’Église, % allée des Chênes, %# quai Saint-Éloi",
        "Amélie, Chloé, Zoé, Maëlys, Hélène, Noémie, Anne-Sophie",
        "Étienne, Loïc, Gaël, Rémi, Théo, Benoît, Jean-François",
        "Lefèvre, Dupré, Moreau, Chevallier, Gauthier, Marchand, Péron, Roussel, D’Aubigny, Lenoël",
    ),
    Culture(
        "Poland", "pl-PL", "+48 22 000 ## ##", "{} Sp. z o.o.",
        "Kraków=30-###, Łódź=90-###, Wrocław=50-###, Gdańsk=80-###", "ul. Długa %#, ul. Źródlana %, al. Róż %#",
        "Agnieszka, Małgorzata, Zofia, Bożena, Elżbieta, Grażyna, Kinga",
        "Łukasz, Paweł, Michał, Stanisław, Zbigniew, Jędrzej",
        "Kowalski, Wiśniewski, Dąbrowski, Jabłoński, Wójcik, Szczepański, Gołębiowski, Chrzanowski, Żak, Piątek",
        "Kowalska, Wiśniewska, Dąbrowska, Jabłońska, Wójcik, Szczepańska, Gołębiowska, Chrzanowska, Żak, Piątek",
    ),
    Culture(
        "Greece", "el-GR", "+30 210 000 ####", "{} Α.Ε.",
        "Αθήνα=10% ##, Θεσσαλονίκη=54% ##, Πάτρα=26% ##, Ηράκλειο=71% ##",
        "Οδός Ελιάς %#, Οδός Ανθέων %, Λεωφόρος Θαλάσσης %##",
        "Ελένη=Eleni, Κατερίνα=Katerina, Φωτεινή=Foteini, Ιωάννα=Ioanna, Βασιλική=Vasiliki, Αγγελική=Angeliki",
        "Νίκος=Nikos, Σπύρος=Spyros, Θανάσης=Thanasis, Ηλίας=Ilias, Στέλιος=Stelios, Παντελής=Pantelis",
        "Παπαδόπουλος=Papadopoulos, Γεωργίου=Georgiou, Ράπτης=Raptis, Μακρής=Makris, Ιωαννίδης=Ioannidis",
        "Παπαδοπούλου=Papadopoulou, Γεωργίου=Georgiou, Ράπτη=Rapti, Μακρή=Makri, Ιωαννίδου=Ioannidou",
    ),
    Culture(
        "Ukraine", "uk-UA", "+380 44 000 ## ##", 'ТОВ "{}"',
        "Київ=01###, Львів=79###, Одеса=65###, Харків=61###", "вул. Садова %#, вул. Каштанова %, пров. Джерельний %#",
        "Олена=Olena, Оксана=Oksana, Наталія=Nataliia, Світлана=Svitlana, Ірина=Iryna, Ганна=Hanna, Юлія=Yuliia",
        "Тарас=Taras, Богдан=Bohdan, Микола=Mykola, Юрій=Yurii, Ігор=Ihor, Остап=Ostap, Дмитро=Dmytro",
        "Коваленко=Kovalenko, Бондаренко=Bondarenko, Ткаченко=Tkachenko, Олійник=Oliinyk, Дяченко=Diachenko, "
        "Костюк=Kostiuk, Гаврилюк=Havryliuk, Савчук=Savchuk, Поліщук=Polishchuk, Дем’яненко=Demianenko",
    ),
    Culture(
        "Kazakhstan", "ru-KZ", "+7 727 000 ## ##", "ТОО «{}»",
        "Алматы=0500##, Астана=0100##, Караганда=1000##, Шымкент=1600##",
        "ул. Яблоневая %#, пр. Мира %##, ул. Счастливая %",
        "Айгерим=Aigerim, Динара=Dinara, Ольга=Olga, Мадина=Madina, Галина=Galina, Жанар=Zhanar, Людмила=Lyudmila",
        "Нурлан=Nurlan, Ерлан=Yerlan, Вадим=Vadim, Руслан=Ruslan, Алексей=Aleksey, Бауыржан=Bauyrzhan, Пётр=Pyotr",
        "Ахметов=Akhmetov, Сулейменов=Suleimenov, Кузнецов=Kuznetsov, Жумабаев=Zhumabaev, Лебедев=Lebedev",
        "Ахметова=Akhmetova, Сулейменова=Suleimenova, Кузнецова=Kuznetsova, Жумабаева=Zhumabaeva, Лебедева=Lebedeva",
    ),
    Culture(
        "Egypt", "ar-EG", "+20 2 0000 ####", "شركة {}",
        "القاهرة=11###, الإسكندرية=21###, الجيزة=12###, أسوان=81###", "شارع النيل %#, شارع الجامعة %, شارع الحرية %##",
        "فاطمة=Fatma, ياسمين=Yasmin, نور=Nour, سلمى=Salma, هبة=Heba, دينا=Dina, أميرة=Amira",
        "أحمد=Ahmed, محمود=Mahmoud, كريم=Karim, طارق=Tarek, عمر=Omar, يوسف=Youssef, حسام=Hossam",
        "الشرقاوي=Elsharkawy, الديب=Eldeeb, عبد الرحمن=Abdelrahman, النجار=Elnaggar, زيدان=Zidan, الفقي=Elfeky, "
        "الحداد=Elhaddad, الرفاعي=Elrefaey, الزيات=Elzayat, الجمال=Elgammal",
    ),
    Culture(
        "Israel", "he-IL", "+972 3-000-####", "{} ובניו בע״מ",
        "תל אביב=6######, ירושלים=9######, חיפה=3######, באר שבע=8######",
        "רחוב הגפן %#, רחוב הזית %, שדרות האלון %##",
        "ליאת=Liat, תמר=Tamar, שירה=Shira, יעל=Yael, מיכל=Michal, רוני=Roni, אביגיל=Avigail",
        "איתן=Eitan, יונתן=Yonatan, אורי=Uri, עידו=Ido, גיל=Gil, נדב=Nadav, עמית=Amit",
        "כהן=Cohen, לוי=Levi, מזרחי=Mizrahi, פרץ=Peretz, ביטון=Biton, אברהמי=Avrahami, רוזנבלום=Rosenblum",
    ),
    Culture(
        "India", "hi-IN", "+91 22 0000 ####", "{} ट्रेडर्स",
        "मुंबई=4000##, दिल्ली=1100##, जयपुर=3020##, लखनऊ=2260##", "महात्मा गांधी मार्ग %#, कमल मार्ग %, नीम गली %##",
        "प्रिया=Priya, अनन्या=Ananya, सुनीता=Sunita, वंदना=Vandana, मीरा=Meera, पूजा=Pooja, नेहा=Neha",
        "हर्ष=Harsh, अंकुर=Ankur, कुणाल=Kunal, गौरव=Gaurav, अमित=Amit, रोहन=Rohan, देवेश=Devesh",
        "अवस्थी=Awasthi, कुलश्रेष्ठ=Kulshreshtha, श्रीवास्तव=Srivastava, दीक्षित=Dixit, सक्सेना=Saxena, भारद्वाज=Bhardwaj, "
        "पांडेय=Pandey, राठौर=Rathore, माथुर=Mathur, चतुर्वेदी=Chaturvedi",
    ),
    Culture(
        "China", "zh-CN", "+86 10 0000 ####", "{}氏贸易有限公司",
        "北京=1000##, 上海=2000##, 成都=6100##, 广州=5100##", "人民路%#号, 建设街%##号, 桂花巷%号",
        "晓燕=Xiaoyan, 静怡=Jingyi, 雨桐=Yutong, 丽华=Lihua, 思琪=Siqi, 欣然=Xinran, 雪梅=Xuemei",
        "浩然=Haoran, 建国=Jianguo, 子轩=Zixuan, 志强=Zhiqiang, 宇航=Yuhang, 俊杰=Junjie, 文博=Wenbo",
        "王=Wang, 李=Li, 张=Zhang, 刘=Liu, 陈=Chen, 杨=Yang, 赵=Zhao, 黄=Huang, 周=Zhou, 欧阳=Ouyang",
        full_name="{family}{first}",
    ),
    Culture(
        "Japan", "ja-JP", "+81 3-0000-####", "株式会社{}商店",
        "東京=10#-00##, 大阪=53#-00##, 札幌=06#-00##, 福岡=81#-00##", "本町%-%#-%, 栄町%-%-%#, 緑が丘%-%#",
        "美咲=Misaki, 陽菜=Hina, 結衣=Yui, 真由美=Mayumi, 恵子=Keiko, 彩香=Ayaka, 由香里=Yukari",
        "翔太=Shota, 大樹=Daiki, 拓也=Takuya, 康介=Kosuke, 修平=Shuhei, 悠斗=Yuto, 亮介=Ryosuke",
        "佐藤=Sato, 鈴木=Suzuki, 高橋=Takahashi, 渡辺=Watanabe, 伊藤=Ito, 山本=Yamamoto, 長谷川=Hasegawa",
        full_name="{family} {first}",
    ),
    Culture(
        "South Korea", "ko-KR", "+82 2-000-####", "주식회사 {}상사",
        "서울=04###, 부산=48###, 대구=41###, 제주=63###", "중앙로 %#, 은행나무길 %, 한빛로 %##",
        "서연=Seoyeon, 보람=Boram, 하은=Haeun, 은주=Eunju, 미영=Miyoung, 예린=Yerin, 가영=Gayoung",
        "도윤=Doyun, 준서=Junseo, 형준=Hyungjun, 규민=Gyumin, 건우=Geonwoo, 봉식=Bongsik, 용식=Yongsik",
        "김=Kim, 이=Lee, 박=Park, 최=Choi, 정=Jung, 강=Kang, 조=Cho, 윤=Yoon, 임=Lim, 남궁=Namgung",
        full_name="{family}{first}",
    ),
    Culture(
        "Vietnam", "vi-VN", "+84 24 0000 ####", "Công ty TNHH {}",
        "Hà Nội=10####, Thành phố Hồ Chí Minh=70####, Đà Nẵng=55####, Huế=53####",
        "%# Hoa Sen, %#/% Hàng Bông, %## Phượng Vĩ",
        "Thị Lan, Ngọc Ánh, Thu Hằng, Mỹ Duyên, Bích Thủy, Thanh Hương",
        "Văn Hùng, Minh Đức, Quốc Bảo, Đình Khôi, Hữu Phước",
        "Nguyễn, Trần, Lê, Phạm, Huỳnh, Võ, Đặng, Bùi, Đỗ, Ngô",
        full_name="{family} {first}",
    ),
    Culture(
        "Türkiye", "tr-TR", "+90 212 000 ## ##", "{} Ticaret A.Ş.",
        "İstanbul=34###, Ankara=06###, İzmir=35###, Diyarbakır=21###",
        "Çınar Sokağı %#, Işıklar Caddesi %##, Gül Sokağı %",
        "Ayşe, Zeynep, Elif, Gülay, Çiğdem, Şule, İpek", "Oğuz, Çağlar, Kaan, İsmail, Serkan, Ümit, Tolga",
        "Yılmaz, Çelik, Şahin, Öztürk, Tekin, Kılıç, Doğan, Güneş, Işık, Karaağaç",
    ),
    Culture(
        "United Kingdom", "en-GB", "+44 7700 900###", "{} & Daughters Ltd",
        "London=SE# %XX, Bristol=BS% #XX, Edinburgh=EH% #XX, Cardiff=CF1% #XX",
        "%# High Street, % Orchard Lane, Flat % Mill House",
        "Imogen, Bronwen, Harriet, Priyanka, Zoë, Eilidh, Nia",
        "Alistair, Callum, Dafydd, Gareth, Oluwaseun, Rhys, Tariq",
        "Ashworth, Cholmondeley, Featherstone, Prosser, Qureshi, MacLeod, Okonkwo, Pemberton, St. John-Smythe, O'Hara",
    ),
    Culture(
        "United States", "en-US", "+1 206 555 01##", "{} Holdings, Inc.",
        "Seattle=981##, Austin=787##, Boston=021##, New York=100##",
        "%### Maple Avenue, %## Main Street, %## 5th Street NW",
        "Abigail, Brianna, Denise, Hannah, Latoya, Marisol, Teresa",
        "Brandon, Curtis, Darnell, Jason, Kevin, Trevor, Wesley",
        "Abernathy, Buchanan, Castillo, Delacroix, Hollis, Jefferson, McAllister, Okafor, Pruitt, Whitaker",
    ),
    Culture(
        "Brazil", "pt-BR", "+55 11 0000-####", "Irmãos {} Ltda.",
        "São Paulo=01###-000, Brasília=70###-000, Belém=66###-000",
        "Rua das Acácias %##, Avenida Ipê %###, Travessa do Açude %",
        "Camila, Letícia, Conceição, Júlia, Tainá, Beatriz, Luíza",
        "João Pedro, Thiago, Vinícius, Antônio, Flávio, Davi, Luís",
        "Gonçalves, Araújo, Magalhães, da Conceição Brandão, Nóbrega, Guimarães, Falcão, Assunção, Simões, Leitão",
    ),
    Culture(
        "Thailand", "th-TH", "+66 2 000 ####", "บริษัท {} จำกัด",
        "กรุงเทพมหานคร=10##0, เชียงใหม่=50##0, ภูเก็ต=83##0, ขอนแก่น=40##0", "%#/% ถนนสุขใจ, %## ถนนดอกไม้, % ซอยร่มเย็น",
        "สุดา=Suda, มาลี=Malee, กัญญา=Kanya, วิภา=Wipha, ณัฐธิดา=Natthida, ปราณี=Pranee, จันทร์เพ็ญ=Chanphen",
        "สมชาย=Somchai, ประเสริฐ=Prasert, ธนากร=Thanakorn, วิชัย=Wichai, อนุชา=Anucha, กิตติ=Kitti, ณรงค์=Narong",
        "ใจดี=Jaidee, แสงทอง=Saengthong, ศรีสุข=Srisuk, วงศ์ใหญ่=Wongyai, บุญมา=Boonma, ทองคำ=Thongkham",
    ),
)  # fmt: skip

PLAIN = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
ODD_NAMES = {
    "en-GB": ("Siobhán", "O'Connor-Fitzgerald"),
    "hi-IN": ("मीनाक्षी=Meenakshi", ""),
    "es-ES": (
        "María de los Dolores Guadalupe Esperanza Inmaculada Concepción",
        "Fernández de Castroverde y Álvarez de Montehermoso Ibarrondo-Etxeberria de la Santísima Trinidad",
    ),
}

SHELF = (
    Product("Espresso Roast Beans 1 kg", "Coffee", 1890, 4),
    Product("Ethiopia Yirgacheffe 250 g", "Coffee", 1150, 6),
    Product("Colombia Huila 500 g", "Coffee", 1490, 4),
    Product("Nordic Light Roast 250 g", "Coffee", 1090, 6),
    Product("Capsules Lungo, 50 pieces", "Coffee", 1950, 5),
    Product("Café A-100 Espresso Machine", "Machines", 44900, 1),
    Product("Café S-200 Semiautomatic", "Machines", 89900, 1),
    Product("Filter Brewer B-10", "Machines", 12900, 1),
    Product("Burr Grinder G-20", "Machines", 18900, 1),
    Product("Hand Grinder H-5", "Accessories", 5900, 2),
    Product('Milk Jug "Barista" 0.6 l', "Accessories", 2450, 2),
    Product("Ceramic Cups, Set of 4", "Accessories", 3200, 3),
    Product("Paper Filters, 100 pieces", "Accessories", 590, 6),
    Product("Descaler 500 ml", "Accessories", 890, 3),
)
COUNTER = (
    Product("Cappuccino", "Bar", 420, 6),
    Product("Cortado", "Bar", 380, 4),
    Product("Filter Coffee", "Bar", 350, 6),
    Product("Crème Brûlée Latte", "Bar", 520, 4),
    Product("Cinnamon Bun", "Bar", 390, 6),
)
ORDER_DETAILS = "{Quantity} × {Product}, {Amount} {Currency}, {payment}"
TICKETS = (
    ("Parcel has not arrived", "Ordered {product} ten days ago, the tracking page still says “in transit”."),
    ("Wrong item delivered", "Expected {product}, but the parcel held something else."),
    ("Leaks water", "{product} leaks at the base after about five minutes of use."),
    ("Invoice needed with company address", "Please send the invoice for {product} again, with our VAT number on it."),
    ("Points missing", "The points for {product} do not show on my card."),
    ("Can't sign in", 'The page says "unknown address", although I bought {product} with it.'),
    ("How do I descale it?", "The manual of {product} doesn't say how often, or with what."),
    ("Return within 14 days", "{product} is unopened; I'd like my money back."),
    ("Unsubscribe from newsletter", "Too many letters about {product}. Please stop."),
    ("Delivery address changed", "We have moved; can {product} go to the new address?"),
)
