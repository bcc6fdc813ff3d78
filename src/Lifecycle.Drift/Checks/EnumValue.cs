using System.Runtime.CompilerServices;

namespace Lifecycle.Drift;

/// <summary>Refuses numbers that are no value of an enumeration.</summary>
internal static class EnumValue
{
    public static T Require<T>(T value, string example, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum => Enum.IsDefined(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{typeof(T).Name} is one of {string.Join(", ", Enum.GetNames<T>())}, for example {example}.");
}
