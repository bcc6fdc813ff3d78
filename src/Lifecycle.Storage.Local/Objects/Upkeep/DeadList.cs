using System.Globalization;

namespace Lifecycle.Storage.Local;

/// <summary>
/// The marks of one collection: <c>lifecycle.dead/1 &lt;collection id, 32 hex&gt; &lt;unix ms&gt;</c> and per digest that nobody needs the moment it was first seen so.
/// </summary>
internal sealed class DeadList
{
    public const string Folder = "dead";
    public const string Extension = ".dead";

    private const string Kind = "lifecycle.dead/1 ";

    /// <summary>Makes a list; moments are kept to the millisecond.</summary>
    public DeadList(Guid id, DateTimeOffset at, IReadOnlyDictionary<Digest, DateTimeOffset> marks)
    {
        Id = id;
        At = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        Marks = marks;
    }

    /// <summary>The collection.</summary>
    public Guid Id { get; }

    /// <summary>When it was applied.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Each dead digest with the moment it was first seen dead.</summary>
    public IReadOnlyDictionary<Digest, DateTimeOffset> Marks { get; }

    public byte[] ToBytes() => DigestLines.Write(
        string.Create(CultureInfo.InvariantCulture, $"{Kind}{Id:N} {At.ToUnixTimeMilliseconds()}"),
        Marks.OrderBy(m => m.Key).Select(m => (m.Key, (long?)m.Value.ToUnixTimeMilliseconds())),
        Marks.Count);

    /// <summary>The list in these bytes, or null when any bit is not as it was written.</summary>
    public static DeadList? Parse(ReadOnlySpan<byte> bytes)
    {
        const int Name = 32;
        if (DigestLines.Parse(bytes, numbered: true) is not ({ } head, { } lines)
            || !head.StartsWith(Kind, StringComparison.Ordinal)
            || head.Length < Kind.Length + Name + 2 || head[Kind.Length + Name] != ' '
            || !Guid.TryParseExact(head.AsSpan(Kind.Length, Name), "N", out Guid id)
            || !UnixMoment.TryParse(head.AsSpan(Kind.Length + Name + 1), out DateTimeOffset at))
        {
            return null;
        }

        Dictionary<Digest, DateTimeOffset> marks = new(lines.Count);
        foreach ((Digest digest, long since) in lines)
        {
            if (!UnixMoment.TryMake(since, out DateTimeOffset moment))
            {
                return null;
            }

            marks.Add(digest, moment);
        }

        return new DeadList(id, at, marks);
    }
}
