namespace Lifecycle;

/// <summary>
/// The rule for names that come from outside and may be seen in paths, URLs or tables: <c>[A-Za-z0-9][A-Za-z0-9._-]{0,127}</c>.
/// Such a name is never <c>..</c>, never empty, never absolute.
/// </summary>
public static class ResourceName
{
    /// <summary>Most characters of a name.</summary>
    public const int MaximumLength = 128;

    /// <summary>Whether the text keeps the rule.</summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || name.Length > MaximumLength || !char.IsAsciiLetterOrDigit(name[0]))
        {
            return false;
        }

        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Returns the name when it keeps the rule.</summary>
    /// <param name="name">What came from outside.</param>
    /// <param name="what">What it names, for the message: <c>dataset</c>, <c>model</c>.</param>
    /// <exception cref="InvalidNameException">It does not; the message says the rule.</exception>
    public static string Require(string? name, string what) => IsValid(name) ? name! : throw new InvalidNameException(name, what);
}

/// <summary>A name does not keep the rule of <see cref="ResourceName"/>.</summary>
public sealed class InvalidNameException : LifecycleException
{
    /// <summary>Makes the error.</summary>
    /// <param name="name">What came from outside.</param>
    /// <param name="what">What it should have named.</param>
    public InvalidNameException(string? name, string what)
        : base($"'{Show(name)}' cannot be the name of a {what}. Use 1 to {ResourceName.MaximumLength} letters, digits, '.', '_' or '-', beginning with a letter or a digit.")
    {
    }

    private static string Show(string? name) => name is null ? "(null)" : string.Concat(name.Take(80).Select(c => char.IsControl(c) ? '?' : c));
}
