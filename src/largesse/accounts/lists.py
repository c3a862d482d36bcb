"""Names that nobody may take, passwords that nobody may have, and countries."""

# Names that would pass for the service itself, or stand where it has pages.
RESERVED = frozenset(
    """about abuse account accounts admin administrator anonymous api app assets billing blog bot catalog coin
    coins contact copyright creator creators dashboard demo developer developers diamond diamonds docs dock
    embed everyone explore feed finance gift gifts guest health healthz help home host info inbox largesse legal
    live lives login logout mail me media metrics moderation moderator moderators none null office official
    operator overlay owner page pages password payments payout payouts policy postmaster press privacy purchase
    readyz receipt recharge register root safety sandbox search security settings shop signin signout signup
    staff static status store studio studios support sysop system team terms test undefined user users verify
    video videos wallet webhooks webmaster www""".split()  # noqa: SIM905
)

# The most used passwords of eight characters and more, from published lists of leaked ones.
COMMON_PASSWORDS = frozenset(
    """00000000 0123456789 11111111 111111111 1111111111 112233445566 11223344 12121212 12341234 12344321 123456789
    1234567890 12345678 12345678910 123456789a 123123123 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 22222222 55555555 66666666
    77777777 87654321 88888888 987654321 9876543210 99999999 a1234567 a12345678 a123456789 aa123456 aa12345678
    abc12345 abcd1234 abcdefgh admin123 admin1234 administrator asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl
    azertyuiop baseball basketball batman123 changeme charlie1 chocolate computer corvette danielle dragon123
    elephant football football1 hello123 iloveyou iloveyou1 iloveyou2 internet jennifer jordan23 letmein1
    letmein123 liverpool login123 lovelove master123 maverick mercedes michelle midnight monkey123 mustang1
    nicholas p@ssw0rd p@ssword pa55word passw0rd passw0rd1 password password! password1 password12 password123
    password1234 pokemon1 princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsxedc qq123456 qwer1234 qwerty12 qwerty123
    qwerty1234 qwertyui qwertyuiop samantha secret123 starwars starwars1 sunshine sunshine1 superman superman1
    target123 test1234 testtest trustno1 tinkerbell victoria welcome1 welcome123 whatever william1 zaq12wsx
    zxcvbnm1 zxcvbnm123""".split()  # noqa: SIM905
)

# ISO 3166-1 alpha-2.
COUNTRIES = frozenset(
    """AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW""".split()  # noqa: SIM905
)
