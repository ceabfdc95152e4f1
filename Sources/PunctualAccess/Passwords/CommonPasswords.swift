/// The passwords that attackers try first, in lower case; those below eight characters count when they are repeated or dressed up
/// with digits.
enum CommonPasswords {
    static let all = Set(
        """
        password passw0rd p@ssw0rd p@ssword pa55word passwort motdepasse contrasena contraseña wachtwoord senha parola haslo
        password1 password12 password123 password1234 password12345 password123456 passwordpassword mypassword newpassword
        changeme changeit changemenow changethis letmein letmeinplease welcome welcome1 welcome123 welcometo iloveyou
        iloveyou1 iloveyou2 ihateyou trustno1 trustnoone sunshine princess dragon monkey shadow master superman batman
        spiderman football baseball basketball hockey soccer jordan23 michael jennifer jessica ashley daniel charlie
        thomas george andrew robert matthew joshua anthony william nicole hannah samantha elizabeth freedom whatever
        starwars pokemon naruto minecraft fortnite computer internet samsung google facebook linkedin twitter instagram
        qwerty qwerty1 qwerty12 qwerty123 qwertyuiop qwertyui qwertz qwertzuiop azerty azertyuiop asdfgh asdfghjk asdfghjkl
        zxcvbn zxcvbnm zaq12wsx 1qaz2wsx 1qaz2wsx3edc 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y q1w2e3r4 qazwsx qazwsxedc
        123456 1234567 12345678 123456789 1234567890 12345678910 123456123456 123123123 123321 112233 11223344 987654321
        87654321 0987654321 00000000 11111111 22222222 55555555 66666666 77777777 88888888 99999999 696969 147258369
        abc123 abcd1234 abcdefgh abcdefg1 a1b2c3d4 aa123456 a123456789 admin admin123 admin1234 administrator adminadmin
        root toor rootroot superuser sysadmin operator manager guest guest123 default test testtest test1234 testing
        testing123 tester demo demodemo user username login secret secret123 secretsecret supersecret topsecret private
        security access access14 cluster postgres postgresql mysql oracle redis rabbitmq jenkins grafana prometheus
        kubernetes docker vagrant ansible terraform raspberry ubuntu debian centos server database scheduler scheduled
        cronjob cron punctual punctuality january february march april june july august september october november
        december monday tuesday wednesday thursday friday saturday sunday spring summer autumn winter summer2024
        summer2025 summer2026 winter2024 winter2025 winter2026 spring2025 spring2026 liverpool arsenal chelsea barcelona
        realmadrid juventus manchester yankees cowboys steelers eagles packers lakers mustang corvette ferrari porsche
        mercedes harley banana cookie chocolate cheese pepper ginger butterfly flower purple orange yellow silver golden
        diamond angel angels forever family mother father brother sister loveme lovely babygirl killer hunter ranger
        buster tigger maggie bailey buddy lucky happy hello hello123 helloworld hellohello goodbye please
        correcthorsebatterystaple correct-horse-battery-staple correct horse battery staple
        """
        .split(whereSeparator: \.isWhitespace).map(String.init)
            + ["correct horse battery staple", "to be or not to be", "the quick brown fox", "let me in please"])
}
