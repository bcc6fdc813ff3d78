using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Lifecycle.Drift;

namespace Lifecycle;

/// <summary>
/// The properties of a type as columns of a profile: a property belongs to the column of its name, ignoring case, <c>_</c>, <c>-</c> and space.
/// Getters are delegates made once; nothing is reflected upon while predictions are recorded.
/// </summary>
internal static class PropertyColumns
{
    /// <summary>Gives the builder a getter for every column of the reference.</summary>
    /// <exception cref="LifecycleException">A column has no property; the message names both sides.</exception>
    public static void Bind<[DynamicallyAccessedMembers(TypedModel.Members)] T>(ProfileBuilder<T> builder, ReferenceProfile reference)
    {
        Dictionary<string, PropertyInfo> properties = new(StringComparer.Ordinal);
        foreach (PropertyInfo property in typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.CanRead && p.GetIndexParameters().Length == 0))
        {
            properties.TryAdd(Plain(property.Name), property);
        }

        List<string> unbound = [];
        foreach (ReferenceColumn column in reference.Columns)
        {
            if (!properties.TryGetValue(Plain(column.Name), out PropertyInfo? property) || !TryAdd(builder, column, property.GetMethod!))
            {
                unbound.Add(column.Name);
            }
        }

        if (unbound.Count > 0)
        {
            throw new LifecycleException(
                $"The columns {string.Join(", ", unbound)} of the reference have no fitting property in {typeof(T).Name}. "
                + "Leave them out of the reference, or name them: s.MonitorDrift(m => m.Columns(c => c.Numeric(\"...\", row => ...))).");
        }
    }

    private static bool TryAdd<T>(ProfileBuilder<T> builder, ReferenceColumn column, MethodInfo getter)
    {
        bool isCategory = column is CategoryColumn;
        switch (getter.ReturnType)
        {
            case { } type when type == typeof(float) && !isCategory:
                Func<T, float> single = getter.CreateDelegate<Func<T, float>>();
                builder.Numeric(column.Name, row => single(row));
                return true;
            case { } type when type == typeof(double) && !isCategory:
                builder.Numeric(column.Name, getter.CreateDelegate<Func<T, double>>());
                return true;
            case { } type when type == typeof(int) && !isCategory:
                Func<T, int> integer = getter.CreateDelegate<Func<T, int>>();
                builder.Numeric(column.Name, row => integer(row));
                return true;
            case { } type when type == typeof(long) && !isCategory:
                Func<T, long> number = getter.CreateDelegate<Func<T, long>>();
                builder.Numeric(column.Name, row => number(row));
                return true;
            case { } type when type == typeof(string) && isCategory:
                builder.Category(column.Name, getter.CreateDelegate<Func<T, string?>>());
                return true;
            case { } type when type == typeof(bool) && isCategory:
                builder.Category(column.Name, getter.CreateDelegate<Func<T, bool>>());
                return true;
            case { } type when type == typeof(float) && isCategory:
                Func<T, float> label = getter.CreateDelegate<Func<T, float>>();
                builder.Category(column.Name, row => label(row).ToString(CultureInfo.InvariantCulture));
                return true;
            default:
                return false;
        }
    }

    private static string Plain(string name) =>
        string.Concat(name.Where(c => c is not ('_' or '-' or ' ')).Select(char.ToLowerInvariant));
}
