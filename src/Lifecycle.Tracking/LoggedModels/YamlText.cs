using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Lifecycle.Tracking;

/// <summary>
/// YAML as a tree of maps, lists and texts. Written in one exact form: block style, keys in ordinal order, a text in single quotes unless every reader takes it
/// for a text without them. Read without tags, anchors and aliases, so that a file from outside can neither name a type nor unfold into more than it shows.
/// </summary>
internal static partial class YamlText
{
    private const int Deepest = 32;

    private static readonly HashSet<string> Words = new(StringComparer.OrdinalIgnoreCase) { "null", "true", "false", "yes", "no", "on", "off", "y", "n" };

    public static string Write(JsonObject root)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        Emitter emitter = new(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, root);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString();
    }

    /// <summary>The only document of the text; scalars stay texts, empty and <c>null</c> ones become null.</summary>
    /// <exception cref="InvalidModelException">No YAML, too deep, or with tags, anchors or aliases.</exception>
    public static JsonNode? Read(string text)
    {
        try
        {
            Parser parser = new(new StringReader(text));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            JsonNode? root = Node(parser, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _))
            {
                throw new InvalidModelException("The YAML file holds more than one document; one is read.");
            }

            return root;
        }
        catch (YamlException e)
        {
            throw new InvalidModelException($"Line {e.Start.Line}, column {e.Start.Column}: this is no YAML: {e.Message}");
        }
    }

    private static JsonNode? Node(Parser parser, int depth)
    {
        ParsingEvent next = parser.Current ?? throw new InvalidModelException("The YAML file is empty.");
        string where = $"Line {next.Start.Line}, column {next.Start.Column}";
        if (depth > Deepest)
        {
            throw new InvalidModelException($"{where}: the YAML file is nested deeper than {Deepest}.");
        }

        if (next is AnchorAlias || next is NodeEvent { Anchor.IsEmpty: false } || (next is NodeEvent { Tag.IsEmpty: false } tagged && !tagged.Tag.IsNonSpecific))
        {
            throw new InvalidModelException($"{where}: tags, anchors and aliases are not read from YAML; write plain scalars, lists and maps.");
        }

        if (next is Scalar scalar)
        {
            parser.MoveNext();
            return scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" ? null : JsonValue.Create(scalar.Value);
        }

        if (parser.TryConsume<SequenceStart>(out _))
        {
            JsonArray items = [];
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Node(parser, depth + 1));
            }

            return items;
        }

        parser.Consume<MappingStart>();
        JsonObject map = [];
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (Node(parser, depth + 1) is not JsonValue key)
            {
                throw new InvalidModelException($"{where}: a key of this map is no text.");
            }

            string name = key.GetValue<string>();
            if (map.ContainsKey(name))
            {
                throw new InvalidModelException($"{where}: the key '{name}' stands twice in this map.");
            }

            map[name] = Node(parser, depth + 1);
        }

        return map;
    }

    private static void Emit(Emitter emitter, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
                foreach ((string key, JsonNode? value) in map.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    EmitText(emitter, key);
                    Emit(emitter, value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonObject:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Flow));
                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.Count > 0 ? SequenceStyle.Block : SequenceStyle.Flow));
                foreach (JsonNode? item in list)
                {
                    Emit(emitter, item);
                }

                emitter.Emit(new SequenceEnd());
                break;
            case JsonValue value when value.TryGetValue(out string? text):
                EmitText(emitter, text);
                break;
            default:
                emitter.Emit(new Scalar(node?.ToJsonString() ?? "null"));
                break;
        }
    }

    private static void EmitText(Emitter emitter, string text)
    {
        ScalarStyle style = text.Any(char.IsControl) ? ScalarStyle.DoubleQuoted
            : Plain().IsMatch(text) && !Words.Contains(text) ? ScalarStyle.Plain : ScalarStyle.SingleQuoted;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_./-]*$")]
    private static partial Regex Plain();
}
