namespace Lifecycle.Tracking;

/// <summary>The rules for names of models and aliases.</summary>
internal static class RegistryNames
{
    private const int MaximumModel = 256;
    private const int MaximumAlias = 255;

    public static void RequireModel(string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > MaximumModel || name.Any(char.IsControl))
        {
            throw new InvalidRegistryNameException($"'{Show(name)}' cannot be the name of a model. Use 1 to {MaximumModel} characters, none of them a control character.");
        }
    }

    public static void RequireAlias(string? alias)
    {
        if (string.IsNullOrEmpty(alias) || alias.Length > MaximumAlias || !alias.All(c => char.IsLetterOrDigit(c) || c is '_' or '-'))
        {
            throw new InvalidRegistryNameException($"'{Show(alias)}' cannot be an alias. Use 1 to {MaximumAlias} letters, digits, '_' or '-'.");
        }

        if (string.Equals(alias, "latest", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidRegistryNameException("'latest' alias name (case insensitive) is reserved.");
        }

        if (alias.Length > 1 && alias[0] is 'v' or 'V' && alias.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            throw new InvalidRegistryNameException($"Version alias name '{alias}' is reserved.");
        }
    }

    private static string Show(string? name) => name is null ? "(null)" : string.Concat(name.Take(80).Select(c => char.IsControl(c) ? '?' : c));
}

/// <summary>A name of a model or an alias, a tag or a description does not keep its rule.</summary>
public sealed class InvalidRegistryNameException : LifecycleException
{
    internal InvalidRegistryNameException(string message)
        : base(message)
    {
    }
}
