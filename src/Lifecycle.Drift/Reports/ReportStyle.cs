namespace Lifecycle.Drift;

/// <summary>The one style sheet of all pages. Everything is bound to the class <c>ldr</c>; colours are variables, dark ones under the class <c>ldr-auto</c> of the body.</summary>
internal static class ReportStyle
{
    /// <summary>Colours on light ground, as CSS variables.</summary>
    public const string Light =
        "--ink:#17202e;--soft:#4d596c;--line:#d6dce6;--bg:#ffffff;--tint:#f3f5f9;--ref:#bcc5d4;--edge:#7b879b;--new:#0a55b8;--band:#d3e3f8;"
        + "--bad:#a81e15;--badbg:#fdecea;--warn:#744800;--warnbg:#fdf3df;--good:#1b6637;--goodbg:#e7f4eb";

    /// <summary>The same names on dark ground.</summary>
    public const string Dark =
        "--ink:#e7ebf2;--soft:#abb6c7;--line:#343d4c;--bg:#12161d;--tint:#1b212b;--ref:#4d5a70;--edge:#8a97ad;--new:#7ab5ff;--band:#213a5a;"
        + "--bad:#ffa197;--badbg:#3a1d1b;--warn:#f2c46d;--warnbg:#332812;--good:#86d6a0;--goodbg:#152d1d";

    /// <summary>The sheet without the colours.</summary>
    private const string Rules = """
        .ldr{color:var(--ink);background:var(--bg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;max-width:1160px;margin:0 auto;padding:28px 24px 8px;box-sizing:border-box;overflow-wrap:anywhere}
        .ldr *{box-sizing:border-box}
        .ldr h1{font-size:28px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
        .ldr .h{font-size:20px;line-height:1.3;margin:36px 0 10px}.ldr .i{font-size:16px;line-height:1.3;margin:0}
        .ldr p{margin:0 0 10px;max-width:84ch}.ldr .m{color:var(--soft)}.ldr small,.ldr .t{font-size:13px}
        .ldr .e{font-size:13px;font-weight:600;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);margin:0 0 4px}
        .ldr a{color:var(--new)}.ldr nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin:18px 0 0;font-size:14px}
        .ldr .ban{border-left:6px solid var(--soft);background:var(--tint);border-radius:6px;padding:16px 20px;margin:16px 0;color:var(--ink)!important}
        .ldr .ban.d{border-color:var(--bad);background:var(--badbg)}.ldr .ban.w{border-color:var(--warn);background:var(--warnbg)}.ldr .ban.o{border-color:var(--good);background:var(--goodbg)}
        .ldr .big{font-size:21px;line-height:1.3;font-weight:650;margin:0 0 6px}.ldr .ban ul{margin:0 0 8px;padding-left:20px}.ldr .ban ul:last-child{margin:0}.ldr .ban p{max-width:none}.ldr sup{line-height:0;font-size:75%}.ldr .ban li{margin:2px 0}.ldr .ban p:last-child{margin:0}
        .ldr .d{color:var(--bad)}.ldr .w{color:var(--warn)}.ldr .o{color:var(--good)}.ldr .x{color:var(--soft)}.ldr b.d,.ldr b.w,.ldr b.o,.ldr b.x,.ldr td.d,.ldr td.w{font-weight:600}
        .ldr .strip{display:block;width:100%;height:10px;border-radius:3px;margin:20px 0 8px}
        .ldr .keys{display:flex;flex-wrap:wrap;gap:4px 22px;list-style:none;padding:0;margin:0 0 4px;font-size:14px}
        .ldr .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:1px;margin:18px 0 0;background:var(--line);border:1px solid var(--line);border-radius:6px;overflow:hidden}
        .ldr .facts div{background:var(--bg);padding:10px 14px}.ldr .facts dt{font-size:13px;color:var(--soft)}.ldr .facts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
        .ldr table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
        .ldr th{text-align:left;font-weight:600;vertical-align:bottom}.ldr thead th{overflow-wrap:normal}.ldr tbody th{min-width:9em;overflow-wrap:anywhere}.ldr thead th{border-bottom:2px solid var(--edge);padding:6px 10px;font-size:13px;line-height:1.3;color:var(--soft)}
        .ldr tbody th,.ldr td{border-bottom:1px solid var(--line);padding:5px 10px;vertical-align:middle}.ldr tr>:first-child{padding-left:0}.ldr tr>:last-child{padding-right:0}
        .ldr .k{text-align:right}.ldr td.k,.ldr .v{white-space:nowrap}.ldr .box{overflow-x:auto;overflow-wrap:break-word}.ldr .late{display:flex;direction:rtl}.ldr .late>svg{direction:ltr;flex:0 0 auto}.ldr .late>.who{position:sticky;left:0;width:21.6%;background:var(--bg)}.ldr .late>.when{width:78.4%}.ldr .late svg.l{margin-top:0}
        .ldr svg{display:block}.ldr svg.s{width:120px;height:30px}.ldr svg.l{width:100%;height:auto;margin-top:8px}
        .ldr .r{fill:var(--ref)}.ldr .n{fill:none;stroke:var(--new);stroke-width:2;stroke-linejoin:round}.ldr svg.s .n{stroke-width:1.3;vector-effect:non-scaling-stroke}
        .ldr .nf{fill:var(--new)}.ldr .a{stroke:var(--edge);fill:none}.ldr .g{stroke:var(--line);fill:none}.ldr .mr{stroke:var(--edge);stroke-width:1.5;stroke-dasharray:2 3;fill:none}.ldr .mn{stroke:var(--new);stroke-width:1.5;stroke-dasharray:6 4;fill:none}
        .ldr .hit{fill:transparent}.ldr .hit:hover{fill:var(--new);fill-opacity:.12}
        .ldr text{font-size:12px;fill:var(--soft)}.ldr text.q{fill:var(--ink);font-weight:600}.ldr tspan{fill:var(--soft);font-weight:400}.ldr .end{text-anchor:end}.ldr .mid{text-anchor:middle}
        .ldr .fd{fill:var(--bad)}.ldr .fw{fill:var(--warn)}.ldr .fo{fill:var(--good)}.ldr .fx{fill:var(--ref)}.ldr .sd{stroke:var(--bad);fill:none;stroke-width:2}.ldr .sw{stroke:var(--warn);fill:none;stroke-width:2}
        .ldr .bg{fill:var(--tint)}.ldr .band{fill:var(--band)}.ldr .lim{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 4;fill:none}.ldr .hollow{fill:var(--bg);stroke:var(--ink);stroke-width:1.5}.ldr .ink{fill:var(--ink)}
        .ldr .figs{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,440px),1fr));gap:18px;align-items:start}
        .ldr figure{margin:0;min-width:0}.ldr .card{border:1px solid var(--line);border-radius:8px;padding:16px 18px 12px}
        .ldr .top{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:baseline;gap:2px 12px;margin-bottom:6px}.ldr .card p{margin:0 0 4px;font-size:14px}
        .ldr .leg{display:flex;flex-wrap:wrap;gap:4px 20px;align-items:center;font-size:14px;color:var(--soft);margin:14px 0 12px;padding:0;list-style:none}.ldr .leg svg{display:inline-block;width:28px;height:14px;margin-right:6px;vertical-align:-2px}
        .ldr details{border:1px solid var(--line);border-radius:8px;padding:10px 18px;margin:16px 0}.ldr summary{cursor:pointer;font-weight:600}.ldr details[open] summary{margin-bottom:10px}
        .ldr dl.read{margin:0}.ldr dl.read dt{font-weight:600;margin-top:10px}.ldr dl.read dd{margin:0;max-width:78ch}
        .ldr footer{border-top:1px solid var(--line);margin:36px 0 16px;padding-top:12px;font-size:13px;color:var(--soft)}.ldr code{font:12px ui-monospace,Consolas,Menlo,monospace}
        .ldr caption{text-align:left;color:var(--soft);font-size:13px;padding:0 0 6px}
        @media(max-width:760px){.ldr{padding:18px 14px 8px}.ldr .box table{min-width:600px}.ldr .box td:last-child{min-width:230px}.ldr h1{font-size:23px}.ldr .h{font-size:18px}.ldr .big{font-size:18px}.ldr .ban{padding:12px 14px}.ldr .card{padding:12px 12px 8px}
        .ldr .facts{grid-template-columns:repeat(2,minmax(0,1fr))}.ldr .l text{font-size:15px}.ldr .l.wide{min-width:660px}.ldr .l.wide text{font-size:17px}.ldr .late>.who{width:143px}.ldr .late>.when{width:517px}.ldr .late>.l.wide{min-width:0}.ldr .cols tbody th{min-width:0}
        .ldr .cols,.ldr .cols tbody{display:block}.ldr .cols caption{display:block}.ldr .cols thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .ldr .cols tr{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:2px 10px;border-bottom:1px solid var(--line);padding:10px 0}
        .ldr .cols tbody th,.ldr .cols td{display:block;border:0;padding:0;text-align:left}.ldr .cols th{grid-column:span 2;font-size:15px}.ldr .cols td:nth-child(2){text-align:right}
        .ldr .cols td:nth-child(3){grid-column:span 3}.ldr .cols svg.s{width:100%;height:44px;margin:2px 0}.ldr .cols td[colspan]{grid-column:span 3}
        .ldr .cols td.k::before{display:block;font-size:12px;color:var(--soft)}.ldr .cols td.k,.ldr .cols td.v{white-space:normal}
        .ldr .cols td:nth-child(4)::before{content:"PSI"}.ldr .cols td:nth-child(5)::before{content:"adjusted p"}.ldr .cols td:nth-child(6)::before{content:"W1 / sd"}.ldr .cols td:nth-child(7)::before{content:"new > old"}.ldr .cols td:nth-child(8)::before{content:"values then, now"}.ldr .cols td:nth-child(9)::before{content:"missing then, now"}}
        @media print{.ldr{max-width:none;padding:0;-webkit-print-color-adjust:exact;print-color-adjust:exact;font-size:11pt}.ldr nav{display:none}.ldr .card,.ldr tr,.ldr .ban{break-inside:avoid}.ldr .h{break-after:avoid}.ldr .box{overflow:visible}}
        """;

    /// <summary>The sheet of a fragment or a page.</summary>
    public const string Sheet =
        ".ldr{" + Light + "}\n.ldr-auto{color-scheme:light dark}\n@media screen and (prefers-color-scheme:dark){.ldr-auto .ldr{" + Dark + "}}\n" + Rules;

    /// <summary>What only a page of ours needs: the ground behind the sheet.</summary>
    public const string Ground = "body{margin:0;background:#ffffff}\n@media screen and (prefers-color-scheme:dark){body{background:#12161d}}\n";
}
