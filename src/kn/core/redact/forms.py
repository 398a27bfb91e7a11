"""Token formats that are known by their look: prefixes, lengths and alphabets.

Formats are those that the issuers publish, and those on which gitleaks and detect-secrets agree.
Upper bounds are generous: issuers lengthen their tokens, and half a token left over is a leak.
A pattern runs only where one of its literals stands, which is where the token, or with `HEAD~TAIL`
its tail, begins. Every repeat is possessive and bounded, so that the table is linear (hazards H29).
`^` and `$` ask that no letter or digit comes before or after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kn.core.redact.finding import Finding
from kn.core.redact.places import places

# Rows are longer than lines should be: one token, one row, to be checked against its source.
_TABLE = r"""
aws-key        AKIA,ASIA,ABIA,ACCA,A3T   ^A(?:KIA|SIA|BIA|CCA|3T[A-Z0-9])[A-Z0-9]{16}$
aws-key        ABSK                      ^ABSK[A-Za-z0-9+/]{40,300}+={0,2}
github-token   ghp_,gho_,ghu_,ghs_,ghr_  gh[pousr]_[A-Za-z0-9_.-]{30,600}+
github-token   github_pat_               github_pat_[A-Za-z0-9_]{22,255}+
gitlab-token   gl                        ^gl(?:pat|[dr]t|rtr|cbt|ptt|ft|imt|agent|oas|soat|ffct)-[\w.=-]{20,300}+
gitlab-token   GR1348941                 GR1348941[\w-]{20,64}+
slack-token    xox                       xox[abceoprs](?:\.xox[bp])?-[A-Za-z0-9-]{10,250}+
slack-token    xapp-                     xapp-[0-9]-[A-Za-z0-9-]{10,250}+
slack-token    hooks.slack.com/          hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,120}+
stripe-key     sk_,rk_                   [sr]k_(?:live|test|prod)_[A-Za-z0-9]{10,250}+
stripe-key     whsec_                    whsec_[A-Za-z0-9+/]{20,128}+={0,2}
google-key     AIza                      AIza[\w-]{35,40}+
google-key     GOCSPX-                   GOCSPX-[\w-]{24,64}+
google-key     ya29.                     ya29\.[\w.-]{20,2048}+
google-key     1//0                      (?<![\w/])1//0[\w-]{30,200}+
google-key     GOOG                      ^GOOG[A-Z0-9]{18,60}+$
anthropic-key  sk-ant-                   sk-ant-[\w-]{20,300}+
openai-key     sk-                       ^sk-(?:[A-Za-z0-9]{1,10}-){0,2}(?=[\w-]{0,40}[0-9])[\w-]{20,300}+
openai-key     sess-                     ^sess-[A-Za-z0-9]{40}$
registry-token npm_                      ^npm_[A-Za-z0-9]{36,64}+
registry-token pypi-                     pypi-(?:AgE|(?=[a-z-]{0,40}[A-Z0-9]))[\w-]{50,1000}+
registry-token rubygems_                 rubygems_[a-f0-9]{48}
registry-token dckr_                     dckr_(?:pat|oat)_[\w-]{20,80}+
registry-token oy2                       ^oy2[a-z0-9]{43}$
registry-token CLOJARS_                  CLOJARS_[a-z0-9]{60}
registry-token AKCp                      ^AKCp[A-Za-z0-9]{20,80}+
registry-token cmVmd                     ^cmVmd[A-Za-z0-9]{59}$
registry-token cio                       ^cio[A-Za-z0-9]{32}$
mail-key       SG.                       ^SG\.[\w-]{16,32}+\.[\w-]{30,64}+
mail-key       xkeysib-,xsmtpsib-        x(?:key|smtp)sib-[a-f0-9]{64}(?:-[A-Za-z0-9]{8,32}+)?
mail-key       key-                      ^(?:pub)?key-[0-9a-f]{32}$
mail-key       -us,-eu                   ^[0-9a-f]{32}~-(?:us|eu)[0-9]{1,2}$
mail-key       -                         ^[0-9a-f]{32}~-[0-9a-f]{8}-[0-9a-f]{8}$
mail-key       re_                       ^re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,40}+
chat-token     AC,SK                     ^(?:AC|SK)[0-9a-f]{32}$
chat-token     :AA                       ^[0-9]{8,10}~:AA[\w-]{32,35}+
chat-token     /webhooks/                /webhooks/[0-9]{15,22}/[\w-]{40,120}+
chat-token     .                         (?<![\w-])[MNO][\w-]{22,27}~\.[\w-]{6,7}+\.[\w-]{27,45}+
chat-token     mfa.                      ^mfa\.[\w-]{80,100}+
chat-token     webhook.office.com/       webhook\.office\.com/webhookb2/[\w@/-]{60,250}+
azure-key      Q~                        (?<![\w~.])[\w~.]{3}[0-9]~Q\x7e[\w\x7e.-]{31,40}+
azure-key      AzFu,AzCa,APIM,AIoT,ACR   [A-Za-z0-9+/]{30,80}~(?:AzFu|AzCa|APIM|AIoT|ACR[a-z])[A-Za-z0-9+/]{4,12}+={0,2}$
azure-key      +AStor,+ASbus,+AMC        [A-Za-z0-9+/]{30,86}~\+(?:AStor|ASbus|AMC)[A-Za-z0-9+/]{4,12}+={0,2}$
azure-key      sig=                      (?<=[?&;])sig=[A-Za-z0-9%+/_-]{30,120}+=?
jwt            eyJ                       ^eyJ[\w-]{8,8192}+\.[\w-]{8,16384}+(?:\.[\w-]{0,8192}+){0,3}
shop-key       shp                       shp(?:at|ca|pa|ss|ua)_[A-Fa-f0-9]{32}
shop-key       sq0                       sq0[a-z]{3}-[\w-]{22,50}+
shop-key       EAAA                      ^EAAA[\w-]{56,64}+$
shop-key       access_token$             access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}
shop-key       amzn.mws.                 amzn\.mws\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}
shop-key       FLWSECK                   FLWSECK(?:_TEST)?-[A-Za-z0-9]{12,40}+(?:-X)?
shop-key       EZAK,EZTK                 ^EZ[AT]K[A-Za-z0-9]{54}
shop-key       shippo_                   shippo_(?:live|test)_[a-fA-F0-9]{40}
cloud-token    dop_v1_,doo_v1_,dor_v1_   do[opr]_v1_[a-f0-9]{64}
cloud-token    dapi                      ^dapi[0-9a-f]{32}(?:-[0-9])?
cloud-token    dp.                       ^dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}+
cloud-token    hvs.,hvb.,hvr.            ^hv[sbr]\.[\w-]{20,300}+
cloud-token    s.                        (?<![\w.])s\.(?=[A-Za-z]{0,23}[0-9])[A-Za-z0-9]{24}$
cloud-token    .atlasv1.                 ^[A-Za-z0-9]{14}~\.atlasv1\.[\w=-]{60,70}+
cloud-token    HRKU-                     HRKU-[\w-]{36,80}+
cloud-token    fo1_                      ^fo1_[\w-]{43}
cloud-token    fm1,fm2_                  ^fm(?:1[ar]|2)_[A-Za-z0-9+/]{60,600}+={0,3}
cloud-token    pul-                      ^pul-[a-f0-9]{40}$
cloud-token    LTAI                      ^LTAI[A-Za-z0-9]{12,24}+$
cloud-token    AKID                      ^AKID[A-Za-z0-9]{32}$
cloud-token    AQVN,YCA                  ^(?:YCA[\w-]{37,60}+|AQVN[\w-]{35,38}+)
cloud-token    v1.0-                     v1\.0-[a-f0-9]{24}-[a-f0-9]{146}
cloud-token    glc_,glsa_                ^gl(?:c_[A-Za-z0-9+/]{32,400}+={0,2}|sa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8})
cloud-token    eyJrIjoi                  ^eyJrIjoi[A-Za-z0-9]{60,400}+={0,2}
cloud-token    tskey-                    tskey-[a-z]{2,12}-[A-Za-z0-9-]{16,90}+
cloud-token    dt0                       ^dt0[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}
cloud-token    pscale_                   pscale_(?:pw|tkn|oauth)_[\w=.-]{32,64}+
cloud-token    sbp_,sb_secret_           ^(?:sbp_[a-f0-9]{40}|sb_secret_[\w-]{20,60}+)
cloud-token    nfp_,rnd_,vcp_,vca_,vck_  ^(?:nfp|rnd|vc[pcaik])_[A-Za-z0-9]{24,80}+$
cloud-token    ops_eyJ                   ops_eyJ[A-Za-z0-9+/_-]{50,4000}+={0,3}
cloud-token    A3-                       ^A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}
service-token  hf_,api_org_              ^(?:hf|api_org)_[A-Za-z0-9]{30,60}+
service-token  gsk_,r8_,fw_,jina_        ^(?:gsk|r8|fw|jina)_(?=[A-Za-z]{0,60}[0-9])[A-Za-z0-9_]{20,100}+
service-token  xai-,pplx-,nvapi-,tvly-   ^(?:xai|pplx|nvapi|tvly)-(?=[\w-]{0,60}[0-9])[\w-]{20,100}+
service-token  lin_                      lin_(?:api|oauth)_[A-Za-z0-9]{32,80}+
service-token  secret_,ntn_              ^(?:secret_[A-Za-z0-9]{43}|ntn_[A-Za-z0-9]{40,60}+)$
service-token  figd_,figo_,figu_         ^fig[dou]h?r?_[\w-]{30,60}+
service-token  pat                       ^pat[A-Za-z0-9]{14}\.[a-f0-9]{64}
service-token  phc_,phx_                 ^ph[cx]_[A-Za-z0-9]{40,60}+
service-token  sntrys_,sntryu_           sntry[su]_[\w+/=-]{40,400}+
service-token  NRAK-,NRII-,NRRA-         ^NR(?:AK|II|RA)-[\w-]{19,44}+
service-token  ATATT3,ATCTT3,ATSTT3      ^AT[ACS]TT3[\w=-]{40,250}+
service-token  ATBB                      ^ATBB[A-Za-z0-9]{28,40}+
service-token  EAA                       ^EAA[BCGMH][A-Za-z0-9]{40,300}+
service-token  AAAAAAAAAAAAAAAA          ^A{22}[A-Za-z0-9%]{80,100}+
service-token  PMAK-                     PMAK-[a-f0-9]{24}-[a-f0-9]{34}
service-token  duffel_                   duffel_(?:test|live)_[\w=-]{43}
service-token  p8e-                      ^p8e-[a-z0-9]{32}$
service-token  CFPAT-                    CFPAT-[\w-]{40,64}+
service-token  CCIPAT_,CCIPRJ_           CCI(?:PAT|PRJ)_\w{30,90}+
service-token  sgp_                      ^sgp_(?:[a-f0-9]{16}_|local_)?[a-f0-9]{40}
service-token  bkua_,bkaa_,bkct_         ^bk(?:ua|aa|ct)_[a-z0-9]{40}
service-token  sl.                       ^sl\.(?:u\.)?[\w-]{100,1500}+
service-token  SWM                       SWM(?:TKN|KEY)-1-[A-Za-z0-9+/-]{30,120}+
service-token  ddp_                      ^ddp_[A-Za-z0-9]{36}
private-key    AGE-SECRET-KEY-           AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{40,4000}+
private-key    MII                       ^MII[A-Za-z0-9+/]{1,4}(?:IBAAKC|IBADANBgkq|CAQAwDQYJ)[A-Za-z0-9+/\s\\]{64,16384}+={0,2}
private-key    MHcCAQEE,MIGHAgEAMBMG     ^(?:MHcCAQEE|MIGHAgEAMBMG)[A-Za-z0-9+/\s\\]{64,1024}+={0,2}
private-key    MC4CAQAwBQYD              ^MC4CAQAwBQYD[A-Za-z0-9+/]{50}={0,2}
password-hash  $2                        \$2[abxy]?\$[0-9]{2}\$[./A-Za-z0-9]{53}
password-hash  $                         \$(?:[1567y]|gy|apr1|[PH]|sha1|argon2i?d?|scrypt)\$[\w./=,$+-]{20,200}+
password-hash  pbkdf2_,bcrypt_           (?:pbkdf2|bcrypt)_sha[0-9]{1,3}\$[\w./=,$+-]{20,200}+
password-hash  {SHA,{SSHA,{MD5,{SMD5     \{S?(?:SHA|MD5)\d{0,3}\}[A-Za-z0-9+/]{16,120}+={0,2}
"""  # noqa: E501 (one token, one row)
_LONG_WORD = re.compile(r"[!-~]{15,}")
"""Where alone a literal is looked for first: the shortest token has 15 characters."""

_HEAD = 96
"""Characters of the longest head."""

_FORMS = tuple(
    (kind, tuple(literals.split(",")), pattern)
    for kind, literals, pattern in (row.split() for row in _TABLE.strip().splitlines())
)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled on first need: the table costs 30 ms, and most texts need none of it."""
    if pattern.startswith("^"):
        pattern = "(?<![A-Za-z0-9])" + pattern[1:]
    if pattern.endswith("$"):
        pattern = pattern[:-1] + "(?![A-Za-z0-9])"
    return re.compile(pattern, re.ASCII)


def known_forms(text: str) -> Iterator[Finding]:
    """Tokens whose look alone says what they are."""
    long_words = "\n".join(_LONG_WORD.findall(text))
    for kind, literals, pattern in _FORMS:
        head, _, tail = pattern.rpartition("~")
        for literal in literals:
            if literal not in long_words:
                continue
            done = 0
            for at in places(text, literal):
                match = _compiled(tail).match(text, at) if at >= done else None
                if match is None:
                    continue
                start = _head_before(text, at, head) if head else at
                if start >= 0 and len(set(match[0][-16:])) > 2:  # not `ghp_xxxx…`
                    done = match.end()
                    yield Finding(start, done, kind)


def _head_before(text: str, at: int, head: str) -> int:
    """Where the head that ends at `at` begins, or -1."""
    found = _compiled(head + r"\Z").search(text, max(0, at - _HEAD), at)
    return found.start() if found else -1
