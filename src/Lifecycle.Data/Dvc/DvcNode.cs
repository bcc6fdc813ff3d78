using YamlDotNet.Core;

namespace Lifecycle.Data;

internal enum DvcNodeKind
{
    Scalar,
    Sequence,
    Mapping,
}

/// <summary>A value of a YAML file with the place where it stands, so that it can be complained about and replaced.</summary>
internal sealed class DvcNode
{
    private DvcNode(DvcNodeKind kind, Mark start, Mark end)
    {
        Kind = kind;
        Start = (int)start.Index;
        End = (int)end.Index;
        Line = (int)start.Line;
        Column = (int)start.Column;
    }

    public DvcNodeKind Kind { get; }

    /// <summary>The text of a scalar; empty for others.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Whether a scalar stands without quotes, so that it may be something else than text.</summary>
    public bool IsPlain { get; private init; }

    /// <summary>Whether a collection is written in brackets or braces.</summary>
    public bool IsFlow { get; private init; }

    public IReadOnlyList<DvcNode> Items { get; private init; } = [];

    public IReadOnlyList<KeyValuePair<DvcNode, DvcNode>> Entries { get; private init; } = [];

    /// <summary>First character in the text of the file.</summary>
    public int Start { get; }

    /// <summary>Character behind the last one.</summary>
    public int End { get; }

    public int Line { get; }

    public int Column { get; }

    public static DvcNode Scalar(string text, bool isPlain, Mark start, Mark end) => new(DvcNodeKind.Scalar, start, end) { Text = text, IsPlain = isPlain };

    public static DvcNode Sequence(IReadOnlyList<DvcNode> items, bool isFlow, Mark start, Mark end) =>
        new(DvcNodeKind.Sequence, start, end) { Items = items, IsFlow = isFlow };

    public static DvcNode Mapping(IReadOnlyList<KeyValuePair<DvcNode, DvcNode>> entries, bool isFlow, Mark start, Mark end) =>
        new(DvcNodeKind.Mapping, start, end) { Entries = entries, IsFlow = isFlow };

    /// <summary>The value of a key, or null.</summary>
    public DvcNode? Find(string key)
    {
        foreach ((DvcNode name, DvcNode value) in Entries)
        {
            if (name.Text == key)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The text of a key's scalar; null when it is missing or says null.</summary>
    public string? FindText(string key) =>
        Find(key) is { Kind: DvcNodeKind.Scalar } value && !(value.IsPlain && value.Text is "" or "~" or "null") ? value.Text : null;

    public bool IsTrue(string key, bool otherwise = false) => FindText(key) switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => otherwise,
    };
}
