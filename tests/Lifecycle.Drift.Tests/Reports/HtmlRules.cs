using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace Lifecycle.Drift.Tests;

/// <summary>What every page and fragment has to keep: well-formed, nothing active, nothing from outside, readable by a screen reader.</summary>
internal static partial class HtmlRules
{
    private static readonly HashSet<string> Elements =
    [
        "html", "head", "meta", "title", "style", "body", "div", "header", "main", "footer", "section", "nav", "h1", "h2", "h3", "h4", "h5", "h6", "p", "b", "br", "a", "ul", "li",
        "dl", "dt", "dd", "sup", "code", "table", "caption", "thead", "tbody", "tr", "th", "td", "figure", "figcaption", "details", "summary", "svg", "path", "g", "rect", "text",
        "tspan", "circle",
    ];

    private static readonly HashSet<string> Attributes =
    [
        "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "scope", "colspan", "role", "aria-label", "aria-hidden", "viewBox", "preserveAspectRatio", "d", "x", "y",
        "width", "height", "cx", "cy", "r", "dy",
    ];

    /// <summary>Parses the markup as XML and checks it; the elements, to look further.</summary>
    public static XElement Check(string html)
    {
        Assert.DoesNotMatch(Unquoted(), Styles().Replace(html, ""));
        using XmlReader reader = XmlReader.Create(
            new StringReader(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal)), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        XElement root = XElement.Load(reader);
        XElement[] all = [.. root.DescendantsAndSelf()];
        Assert.Subset(Elements, all.Select(e => e.Name.LocalName).ToHashSet());
        Assert.Subset(Attributes, all.Attributes().Select(a => a.Name.LocalName).ToHashSet());
        string[] ids = [.. all.Attributes("id").Select(a => a.Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(all.Attributes("href"), a => Assert.Contains(a.Value[1..], ids));
        Assert.All(all.Attributes("href"), a => Assert.StartsWith("#", a.Value, StringComparison.Ordinal));
        Assert.All(all.Where(e => e.Name == "svg"), e => Assert.True(
            (string?)e.Attribute("aria-hidden") == "true" || ((string?)e.Attribute("role") == "img" && e.Elements().First().Name == "title" && e.Elements().First().Value.Length > 0)));
        Assert.All(all.Where(e => e.Name == "th"), e => Assert.Contains((string?)e.Attribute("scope"), new[] { "col", "row" }));
        Assert.All(all.Where(e => e.Name == "table"), Rectangular);
        Assert.All(all.Attributes("d"), a => Assert.Matches(PathText(), a.Value));
        Assert.DoesNotContain("url(", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("://", html, StringComparison.Ordinal);
        Assert.DoesNotContain(html, c => c is < ' ' and not '\n');
        Assert.DoesNotMatch(Direction(), html);
        Headings(all);
        return root;
    }

    /// <summary>A page besides has its frame: language, character set, policy, one h1.</summary>
    public static XElement CheckPage(string html)
    {
        Assert.StartsWith("<!DOCTYPE html>\n<html lang=\"en\">", html, StringComparison.Ordinal);
        Assert.Contains("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>", html, StringComparison.Ordinal);
        XElement root = Check(html);
        Assert.Single(root.Descendants("h1"));
        Assert.Single(root.Descendants("main"));
        Assert.Equal("head", Assert.Single(root.Descendants("style")).Parent!.Name);
        Assert.Equal("utf-8", (string?)root.Element("head")!.Elements("meta").First().Attribute("charset"));
        return root;
    }

    private static void Rectangular(XElement table)
    {
        int columns = table.Element("thead")!.Element("tr")!.Elements().Count();
        Assert.All(table.Element("tbody")!.Elements("tr"), r => Assert.Equal(columns, r.Elements().Sum(c => (int?)c.Attribute("colspan") ?? 1)));
    }

    /// <summary>No heading is more than one level deeper than the one before it.</summary>
    private static void Headings(XElement[] all)
    {
        int before = 0;
        foreach (XElement heading in all.Where(e => e.Name.LocalName is ['h', >= '1' and <= '6']))
        {
            int level = heading.Name.LocalName[1] - '0';
            Assert.True(before == 0 || level <= before + 1, $"h{level} after h{before}: {heading.Value}");
            Assert.NotEqual("", heading.Value);
            before = level;
        }
    }

    [GeneratedRegex("<[a-zA-Z][^<>]*\\s[a-zA-Z-]+=[^\"\\s]")]
    private static partial Regex Unquoted();

    [GeneratedRegex("<style>[^<]*</style>")]
    private static partial Regex Styles();

    [GeneratedRegex("^[MLHVZmlhvz0-9. -]+$")]
    private static partial Regex PathText();

    [GeneratedRegex("[\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\u2028\\u2029\\ufeff]")]
    private static partial Regex Direction();
}
