"""The phrases, tokens and markup that `kn.core.check.posing` looks for.

Each with the words of which one must be there: looking for those first is a hundred times faster.
Every repetition is bounded, and no two that follow each other match the same text, so that the
time is linear in the text.
"""

from __future__ import annotations

_OURS = (
    r"(?:previous|prior|above|earlier|preceding|foregoing|existing|system|developer|safety|other)"
)
_ORDERS = (
    r"(?:instructions?|prompts?|messages?|rules?|guidelines?|guidance|directions?|directives?"
    r"|constraints?|commands?|orders?|context|training|programming|restrictions?)"
)
_SOME = r"(?:(?:(?:all|any|every|each)(?:\s+of)?|the|your|these|those|my|our|and)\s+){0,4}"
_AGENT = (
    r"(?:assistant|agents?|ai|a\.i\.|llms?|models?|chatbots?|bots?|claude|copilot|gemini|codex"
    r"|chatgpt|gpt(?:-\d)?|cursor)"
)
_PEOPLE = (
    r"(?:users?|humans?|developers?|reviewers?|maintainers?|operators?|owners?|anyone|anybody)"
)
_SECRETS = (
    r"(?:secrets?|credentials?|api[ _-]?keys?|access[ _-]?tokens?|auth[ _-]?tokens?|passwords?"
    r"|private[ _-]?keys?|ssh[ _-]?keys?|env(?:ironment)?[ _-]variables?|source[ _-]code"
    r"|conversation(?:[ _-]history)?|chat[ _-]history|transcripts?|system[ _-]prompt"
    r"|\.env(?!\w)|process\.env|id_(?:rsa|ed25519|ecdsa)|~/\.(?:ssh|aws|gnupg|netrc|npmrc|kube)\S{0,40}"
    r"|/etc/(?:passwd|shadow))(?!\w)"
)
_SEND = (
    r"(?:send|posts?|upload|e-?mail|forward|transmit|exfiltrate|leak|beacon|curl|wget|paste"
    r"|report|append|encode|include|attach)"
)

INSTRUCTIONS: tuple[tuple[str, str], ...] = (
    ("ignor|disregard|forget|overrid|bypass|discard|neglect",
     rf"\b(?:ignor(?:e|ing)|disregard(?:ing)?|forget|override|bypass|discard|neglect)\s+{_SOME}"
     rf"{_OURS}\s+(?:{_OURS}\s+)?{_ORDERS}\b"),
    ("ignore|disregard|forget",
     r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all|what(?:ever)?)\s+(?:that\s+)?"
     r"(?:(?:you|i|we|they)\s+(?:were|was|have|had|are)?\s*(?:been\s+)?(?:told|said|know|learned)"
     r"|above|before\s+this)\b"),
    ("ignore your|disregard your|forget your",
     rf"\b(?:ignore|disregard|forget)\s+your\s+(?:\w+\s+){{0,2}}{_ORDERS}\b"),
    ("not|n't|n’t|never|without",
     r"\b(?:do\s+not|don['’]?t|never|must\s+not|without)\s+"
     r"(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|let(?:ting)?|alert(?:ing)?|notify(?:ing)?"
     r"|reveal(?:ing)?|disclos(?:e|ing))\s+(?:(?:this|it|that|anything|any\s+of\s+this|them)\s+)?"
     rf"(?:to\s+)?(?:the\s+|your\s+|any\s+)?{_PEOPLE}\b(?!['’]|\s+(?:their|they|id|ids|names?|list|data"
     r"|is|are|table|record|whether|when|how|which|on|by|in|via|through|with|for|twice|again|until)\b)"),
    ("keep|hide|conceal|withhold",
     rf"\b(?:keep|hide|conceal|withhold)\s+(?:this|it|that|these|them)\b[^.\n]{{0,30}}\bfrom\s+"
     rf"(?:the\s+|your\s+|any\s+)?{_PEOPLE}\b"),
    ("you are",
     rf"\byou\s+are\s+(?:now\s+)?(?:an?|the|no\s+longer)\s+(?:\w+[ -]){{0,3}}{_AGENT}\b"),
    ("you are now",
     r"\byou\s+are\s+now\s+(?:in\s+)?(?:\w+\s+){0,2}(?:mode|unrestricted|jailbroken|free|dan)\b"),
    ("instruction|prompt|directive",
     rf"\b(?:new|updated|real|actual|hidden|secret|important)\s+(?:system\s+)?"
     rf"(?:instructions?|prompt|directives?)\s+(?:for|to)\s+(?:the\s+|any\s+|all\s+)?(?:ai\s+)?{_AGENT}\b"),
    ("attention|note to|instruction|message|dear|hey",
     rf"\b(?:attention|note\s+to|instructions?\s+(?:for|to)|message\s+(?:for|to)|dear|hey)[,:]?\s+"
     rf"(?:the\s+|any\s+|all\s+)?(?:ai|a\.i\.|llm|language\s+model|coding)\s*"
     rf"(?:{_AGENT}|reviewers?|systems?)?\b"),
    ("assistant|agent|ai|llm|model|bot|claude|copilot|gemini|codex|gpt|cursor",
     rf"(?:^|[.!?:\"'`>*]\s*)(?:(?:the|all|any|dear|ai|coding)\s+){{0,3}}{_AGENT}\s*[,:]\s*"
     r"(?:please\s+|you\s+must\s+|always\s+|now\s+)?"
     r"(?:ignore|run|execute|approve|say|answer|respond|do\s+not|don['’]?t|never|send|read|reply"
     r"|merge|delete|you\s+(?:must|should|will|shall|are))\b"),
    ("pretend|imagine",
     r"\b(?:pretend|imagine)\s+(?:that\s+)?(?:you\s+(?:are|have|were)|to\s+be\s+(?:an?|the)\s+"
     r"(?:admin|user|developer|root|system))\b"),
    ("prompt|instruction|message",
     r"\b(?:reveal|print|output|repeat|show|leak|dump|disclose)\s+(?:me\s+)?(?:your|the\s+full|the)\s+"
     r"(?:system|hidden|initial|secret|developer)\s+(?:prompt|instructions?|messages?)\b"),
    ("overrid|supersede|precedence|priority|replace",
     rf"\b(?:overrides?|supersedes?|takes?\s+(?:precedence|priority)\s+over|replaces?)\s+"
     rf"(?:all|any|every)\s+(?:of\s+)?(?:the\s+|your\s+)?(?:{_OURS}\s+){{0,2}}"
     r"(?:instructions?|prompts?|guidelines|directives|system\s+messages?)\b"),
    ("asks|asked",
     r"\bif\s+(?:the\s+user|anyone|anybody|somebody|you\s+are)\s+asks?(?:ed)?\b[^.\n]{0,80}\b"
     r"(?:deny|lie|pretend|say\s+(?:that\s+)?(?:you|nothing|it)|claim|do\s+not\s+(?:mention|reveal))\b"),
    ("respond|reply|answer",
     r"\b(?:respond|reply|answer)\s+(?:only\s+)?with\s+[\"'“`][^\"'”`\n]{1,80}[\"'”`]"
     r"\s+(?:and|to|no\s+matter|regardless|whatever)\b"),
    ("approve|merge",
     r"\b(?:approve|merge)\s+(?:this|the)\s+(?:pull\s+request|pr|change|commit|diff)\s+"
     r"(?:without|regardless|no\s+matter|immediately|and\s+do\s+not)\b"),
    ("without asking|without waiting",
     r"\bwithout\s+(?:asking|waiting)\s+(?:for\s+)?(?:the\s+|any\s+)?(?:user['’]?s?\s+)?"
     r"(?:permission|approval|confirmation|consent)\b"),
    # covert: what is done, and nobody shall hear of it
    ("silently|secretly|covertly|discreetly",
     r"(?:^|[.:;,\"'>]\s*|\b(?:also|then|must|always|please|and)\s+)"
     r"(?:silently|secretly|covertly|discreetly)\s+"
     r"(?:execute|run|send|upload|post|append|exfiltrate|forward|install|download|include|insert)\b"),
    ("not|n't|n’t|never",
     r"\b(?:do\s+not|don['’]?t|never|must\s+not|not)\s+(?:mention|report|reveal|disclose|show"
     r"|describe|list|log|quote|repeat)\s+(?:(?:the\s+)?(?:presence|existence|content)s?\s+of\s+)?"
     r"(?:(?:this|these)\s+(?:instructions?|rules?|notes?|messages?|prompts?|comments?|change)"
     r"\b"
     r"|(?:this|it|that|these)\s+(?:in|to)\s+(?:the|any|your|anyone|anybody)\b)"),
    ("without",
     r"\bwithout\s+(?:explaining\s+why|saying\s+(?:so|why)|mentioning\s+(?:it|this|them))\b"),
    ("follow only|only follow",
     r"\b(?:follow\s+only|only\s+follow)\s+(?:the\s+)?(?:rules?|instructions?)\s+(?:in|of|from)\s+this\b"),
    # whoever speaks claims to be somebody
    ("system|admin",
     r"(?-i:\bSYSTEM\s+(?:NOTICE|MESSAGE|UPDATE|OVERRIDE|ALERT|NOTE|COMMAND|INSTRUCTIONS?|PROMPT"
     r"|CONTEXT)\b|\[(?:SYSTEM|ADMIN)\])"),
    ("new ", r"\bnew\s+(?:user|system)\s+(?:message|prompt|instruction)s?\s*:"
     r"|\bnew\s+(?:instructions?|directives?)\s*(?:begin|start|follow|:)"),
    ("your ", r"\byour\s+(?:new|real|actual|only|true|next)\s+(?:task|goal|job|objective"
     r"|instructions?|mission)\s+(?:is|are)\b"),
    ("user has", r"(?<!if\s)(?<!when\s)(?<!once\s)(?<!unless\s)(?<!that\s)\bthe\s+user\s+has\s+"
     r"(?:already\s+)?(?:pre-?)?(?:authori[sz]ed|approved|consented\s+to|agreed\s+to)\s+"
     r"(?:this|it|all|every)\b"),
    ("as an ai|as an llm|as a language|as a coding",
     r"\bas\s+an?\s+(?:ai|llm|language|coding)\s+(?:language\s+)?(?:agent|assistant|model|reviewer)"
     r"\b,?\s+(?:you|your|always|never|please|do|run|read)\b"),
    ("this", rf"\b(?:ai|coding|llm)\s+(?:{_AGENT}|tools?|reviewers?)\s+(?:reading|processing"
     r"|that\s+reads?|who\s+reads?)\s+this\b"),
    ("act as", r"\bact\s+as\s+(?:an?\s+)?(?:unrestricted|unfiltered|jailbroken|uncensored|dan\b"
     r"|different|evil|root\b|admin)"),
    ("from now on", r"\bfrom\s+now\s+on,?\s+(?:you\b|act|respond|answer|reply|ignore|pretend)"),
    ("what you|whatever you",
     r"\b(?:ignore|disregard|forget|stop)\s+what(?:ever)?\s+you\s+(?:were|are)\s+doing\b"),
    ("before", r"\bbefore\s+(?:responding|answering|replying|returning|proceeding"
     r"|you\s+(?:respond|answer|reply|continue))\b[^.\n]{0,40}\b(?:run|execute|read|open|fetch"
     r"|send|call|visit)\b"),
    ("before", r"\b(?:run|execute|open|fetch|visit|call)\s[^\n]{0,60}\bbefore\s+(?:responding"
     r"|answering|replying|you\s+(?:respond|answer|reply))\b"),
    ("command", r"\b(?:execute|run)\s+(?:the\s+following|this|these)\s+(?:shell\s+|bash\s+"
     r"|terminal\s+)?commands?\s+(?:immediately|silently|without|now)\b"),
    ("approve", r"\bapprove\b[^.\n]{0,30}\bwithout\s+(?:further\s+|any\s+)?(?:review|comments?"
     r"|looking|checking|reading)\b"),
    ("i g n|p r e v|s y s", r"\bi\s+g\s+n\s+o\s+r\s+e\b|\bp\s+r\s+e\s+v\s+i\s+o\s+u\s+s\b"
     r"|\bs\s+y\s+s\s+t\s+e\s+m\b"),
    # what the first pattern says, in the languages in which it is seen most
    ("ignorier",
     r"\bignorier\w{0,3}\s+(?:sie\s+)?(?:alle\s+)?(?:vorherigen|bisherigen|vorigen|obigen)\s+\w{0,30}"
     r"(?:anweisungen|instruktionen|regeln)\b"),
    ("ignor",
     r"\bignor\w{1,4}\s+(?:toutes\s+)?les\s+(?:instructions|consignes|règles)\s+(?:précédentes|ci-dessus)"),
    ("ignor",
     r"\bignor\w{1,3}\s+(?:todas\s+)?(?:las|as)\s+(?:instrucciones|instruções)\s+(?:anteriores|previas)"),
    ("ignor",
     r"\bignora\w{0,2}\s+(?:tutte\s+)?le\s+istruzioni\s+precedenti"),
    ("игнорир",
     r"игнорир\w{1,6}\s+(?:все\s+)?(?:предыдущие|прошлые)\s+(?:инструкции|указания)"),
    ("忽略",
     r"忽略(?:之前|以上|前面|先前|上述)?的?(?:所有|全部|一切)?(?:之前|以上|前面|先前)?的?(?:指令|指示|提示|说明)"),
    ("無視",
     r"(?:以前|前|上記|これまで)の(?:すべての)?(?:指示|命令|指令)を?無視"),
    ("무시",
     r"이전\s?(?:의\s?)?(?:모든\s?)?(?:지시|명령|지침)"
     r"(?:를|을|사항을)?\s?무시"),
    ("пользовател",
     r"не\s+(?:сообщай|говори|рассказывай|упоминай)\w{0,3}\s+(?:\w+\s+){0,3}пользовател"),
    ("nutzer|anwender",
     r"\b(?:sag\w{0,2}|erzähl\w{0,3}|verrat\w{0,3}|informier\w{0,3}|teil\w{0,2})\s+"
     r"(?:(?:es|das|dies|davon|nichts)\s+)?(?:dem|den|der)\s+(?:be)?(?:nutzer|anwender)\w{0,3}\s+"
     r"(?:nicht|nichts)\b"),
    ("utilisateur", r"\bne\s+(?:l[ea]\s+)?(?:dis|dites|dire|mentionne\w?|parle\w?|informe\w?)"
     r"\s+"
     r"(?:pas|rien|jamais)\b[^.\n]{0,20}\butilisateur"),
    ("usuario|usuário", r"\bn[oã]o?\s+(?:se\s+lo\s+)?(?:digas|menciones|informes|diga|mencione"
     r"|informe)\s+"
     r"(?:\w+\s+){0,2}(?:al|ao|a\s+el)\s+usu[aá]rio"),
    ("用户|用戶",
     r"(?:不要|别|切勿|请勿|不得)(?:告诉|告知|通知|提醒|让|向|告訴)"
     r"[^。\n]{0,4}(?:用户|用戶)"),
    ("ユーザー", r"ユーザーに(?:は)?[^。\n]{0,6}(?:知らせ|伝え|言わ|教え|話さ)(?:ない|るな|ず)"),
)  # fmt: skip

TOKENS = (
    r"<\|[a-z_]{2,30}\|>|<｜[^｜\n]{1,40}｜>|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>"
    r"|</?(?:antml:[a-z_]{1,30}|system-reminder|system_prompt|function_calls|function_results?"
    r"|tool_results?|tool_use|user_query|hook_context|command-(?:name|message)"
    r"|local-command-stdout|kn-[a-z][a-z-]{0,30})(?=[\s>/])[^>\n]{0,200}>"
)
ROLES = r"(?:^|\\n|[\"'])[ \t]*(?:Human|Assistant|SYSTEM)[ \t]*:[ \t]"

LEAVING: tuple[tuple[str, str], ...] = (
    ("curl|wget",
     r"\b(?:curl|wget)\b[^|\n]{0,200}\|\s{0,4}(?:sudo\s+)?(?:ba|z|da|k|fi)?sh\b"),
    ("base64",
     r"\bbase64\s+(?:-d|-D|--decode)\b[^|\n]{0,80}\|\s{0,4}(?:sudo\s+)?(?:ba|z|da)?sh\b"),
    ("iex|invoke-expression",
     r"\b(?:iex|Invoke-Expression)\s*\(?[^\n]{0,60}(?:DownloadString|Invoke-WebRequest|iwr)\b"),
    ("http|@",
     rf"\b{_SEND}\b[^.\n]{{0,80}}(?<!\w){_SECRETS}[^.\n]{{0,80}}(?:https?://|\bto\s+\S{{1,40}}@)"),
    ("http|@",
     rf"(?<!\w){_SECRETS}[^.\n]{{0,60}}\b{_SEND}\b[^.\n]{{0,40}}(?:https?://|\bto\s+\S{{1,40}}@)"),
    ("exfiltrate|leak",
     rf"\b(?:exfiltrate|leak)\s+(?:the\s+|your\s+|all\s+|any\s+)*{_SECRETS}"),
    ("send|post|upload|mail|forward|transmit|exfiltrate|leak|beacon|curl|wget|paste|report|append|encode|include|attach",
     rf"\b(?:read|cat|open|collect|gather)\b[^.\n]{{0,40}}(?<!\w){_SECRETS}[^\n]{{0,60}}"
     rf"\b{_SEND}\b"),
    ("http",
     rf"\b(?:before|after)\s+(?:committing|answering|responding|every\s+\w+|each\s+\w+)[^.\n]{{0,30}}"
     rf"\b(?:{_SEND})\b[^.\n]{{0,80}}https?://"),
    ("![",
     r"!\[[^\]\n]{0,80}\]\(https?://[^)\s?]{1,200}\?[^)\s]{0,120}"
     r"(?:\{|%7B|\$|data=|secret|token|payload|exfil|leak)[^)\n]{0,80}\)"),
    ("$(|@~|@/",
     r"\b(?:curl|wget|nc)\b[^\n]{0,200}(?:\$\((?:cat|env|printenv)\b|@~/\.|@/etc/)"),
    ("rm -", r"\brm\s+-[rf]{1,2}\s+(?:--no-preserve-root\s+)?(?:~/?|/|\$HOME)(?=[\s\"'`]|$)"),
    ("to http",
     r"\b(?:include|add|insert|make|send)\s+an?\s+(?:\w+\s+)?(?:request|call|ping|beacon)\s+"
     r"to\s+https?://"),
    ("/etc/passwd|/etc/shadow", r"\b(?:print|show|output|dump|cat|send|include)\b[^.\n]{0,40}"
     r"/etc/(?:passwd|shadow)\b"),
)  # fmt: skip

HIDING: tuple[tuple[str, str, str], ...] = (
    ("<!--", r"<!--", "an HTML comment, which a web page does not show"),
    ("<", r"<(?:details|template|noscript|iframe|object|embed|script|style|meta|link|svg)\b",
     "HTML that hides or runs what is in it"),
    ("style", r"\bstyle\s{0,9}=\s{0,9}[\"'][^\"'\n]{0,80}(?:display\s{0,9}:\s{0,9}none"
     r"|visibility\s{0,9}:\s{0,9}hidden|font-size\s{0,9}:\s{0,9}0|color\s{0,9}:\s{0,9}(?:white|#fff))",
     "HTML that is styled away"),
    ("](http", r"\[(?:https?://(?:www\.)?|www\.)?((?:[\w-]{1,40}\.){1,4}"
     r"(?:com|org|net|gov|edu|io|dev|app|ai|co|cloud|info|biz))(?:/[^\]\n]{0,80})?\]"
     r"\(https?://(?!(?:[\w-]{1,40}\.){0,3}\1)[^)\s]{1,200}\)",
     "a link that says another address than it leads to"),
    ("      ", r"(?<![ \t])[ \t]{120,}+(?=[^\s|])", "text that is pushed out of sight by blanks"),
    ("\n", r"\n(?:[ \t]{0,120}\r?\n){40,}", "text that is pushed out of sight by empty lines"),
)  # fmt: skip
