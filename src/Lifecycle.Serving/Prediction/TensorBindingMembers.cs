using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>A public property or field of a row type.</summary>
internal sealed class RowMember(MemberInfo member, Type type)
{
    public MemberInfo Member => member;

    public string Name => member.Name;

    public Type Type => type;

    /// <summary>The name of its input or output, if one was given to it; then its own name does not count.</summary>
    public string? Column { get; set; }

    public MethodInfo? Getter { get; init; }

    public MethodInfo? Setter { get; init; }

    public FieldInfo? Field => member as FieldInfo;

    public bool CanGet => Getter is not null || Field is not null;

    public bool CanSet => Setter is not null || Field is { IsInitOnly: false };
}

/// <summary>The members of a row type, and how a row is made.</summary>
internal sealed class RowMembers
{
    private const BindingFlags Public = BindingFlags.Instance | BindingFlags.Public;

    private RowMembers(Type type, List<RowMember> all)
    {
        Type = type;
        All = all;
    }

    public Type Type { get; }

    public IReadOnlyList<RowMember> All { get; }

    /// <summary>The constructor with parameters that makes a row; null when it is made without, or not at all.</summary>
    public ConstructorInfo? Constructor { get; private set; }

    /// <summary>The members that the parameters of <see cref="Constructor"/> stand for.</summary>
    public IReadOnlyList<RowMember> Parameters { get; private set; } = [];

    /// <summary>Why no row can be made; null when it can.</summary>
    public string? WhyNotMade { get; private set; }

    /// <summary>Whether a new row gets its value of this member from a tensor.</summary>
    public bool IsMade(RowMember member) => member.CanSet || Parameters.Contains(member);

    /// <param name="names">Names that a runtime knows for members; null for those it does not.</param>
    public static RowMembers Of<[DynamicallyAccessedMembers(ModelTypes.Members)] T>(Func<MemberInfo, string?>? names)
    {
        List<RowMember> all = [];
        RowMembers members = new(typeof(T), all);
        if (!HasColumns(typeof(T)))
        {
            members.WhyNotMade = $"{ColumnTypes.Say(typeof(T))} is no type with columns";
            return members;
        }

        foreach (PropertyInfo property in typeof(T).GetProperties(Public))
        {
            if (property.GetIndexParameters().Length == 0)
            {
                Add(new RowMember(property, property.PropertyType)
                {
                    Getter = property.GetMethod is { IsPublic: true } getter ? getter : null,
                    Setter = property.SetMethod is { IsPublic: true } setter ? setter : null,
                });
            }
        }

        foreach (FieldInfo field in typeof(T).GetFields(Public))
        {
            Add(new RowMember(field, field.FieldType));
        }

        ConstructorInfo[] constructors = typeof(T).GetConstructors();
        members.NameByParameters(constructors);
        members.Choose(constructors);
        return members;

        // A property that hides one of its base comes first.
        void Add(RowMember member)
        {
            if (all.TrueForAll(m => m.Name != member.Name))
            {
                member.Column = member.Member.GetCustomAttribute<ModelColumnAttribute>()?.Name ?? names?.Invoke(member.Member);
                all.Add(member);
            }
        }
    }

    /// <summary>A name without what is ignored: case, <c>_</c>, <c>-</c> and space.</summary>
    public static string Plain(string name) => string.Concat(name.Where(c => c is not ('_' or '-' or ' ')).Select(char.ToLowerInvariant));

    /// <summary>A collection, a number or a date has properties too, but none that says what it is.</summary>
    private static bool HasColumns(Type type) =>
        !type.IsEnum && !typeof(IEnumerable).IsAssignableFrom(type) && (type.Namespace != "System" || typeof(ITuple).IsAssignableFrom(type));

    /// <summary>An attribute in front of a record's parameter belongs to the parameter, not to its property.</summary>
    private void NameByParameters(ConstructorInfo[] constructors)
    {
        foreach (ParameterInfo parameter in constructors.SelectMany(c => c.GetParameters()))
        {
            if (parameter.GetCustomAttribute<ModelColumnAttribute>() is { } column && MemberOf(parameter) is { } member)
            {
                member.Column ??= column.Name;
            }
        }
    }

    private void Choose(ConstructorInfo[] constructors)
    {
        if (Type.IsAbstract)
        {
            WhyNotMade = $"{ColumnTypes.Say(Type)} is abstract";
            return;
        }

        bool plain = Type.IsValueType || Array.Exists(constructors, c => c.GetParameters().Length == 0);
        (ConstructorInfo Constructor, RowMember[] Members)[] fitting = [.. constructors
            .Select(c => (Constructor: c, Members: c.GetParameters().Select(MemberOf).ToArray()))
            .Where(c => c.Members.Length > 0 && !c.Members.Contains(null) && c.Members.Distinct().Count() == c.Members.Length)
            .Select(c => (c.Constructor, (RowMember[])c.Members!))
            .Where(c => !plain || c.Item2.Any(m => !m.CanSet))
            .OrderByDescending(c => c.Item2.Length)];
        if (fitting.Length > 1 && fitting[0].Members.Length == fitting[1].Members.Length)
        {
            WhyNotMade = $"{ColumnTypes.Say(Type)} has several constructors whose parameters are its properties";
        }
        else if (fitting.Length > 0)
        {
            (Constructor, Parameters) = fitting[0];
        }
        else if (!plain)
        {
            WhyNotMade = $"{ColumnTypes.Say(Type)} has no public constructor without parameters, and none whose parameters have the names and types of its properties";
        }
    }

    private RowMember? MemberOf(ParameterInfo parameter) =>
        All.FirstOrDefault(m => m.Name == parameter.Name && m.Type == parameter.ParameterType)
        ?? All.FirstOrDefault(m => string.Equals(m.Name, parameter.Name, StringComparison.OrdinalIgnoreCase) && m.Type == parameter.ParameterType);
}
