using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>Gets a member of a row.</summary>
internal delegate TValue RowGetter<TRow, out TValue>(ref TRow row);

/// <summary>Sets a member of a row.</summary>
internal delegate void RowSetter<TRow, in TValue>(ref TRow row, TValue value);

/// <summary>One member of a row, by delegates that were made once.</summary>
internal abstract class RowAccess<TRow, TValue>
{
    public abstract TValue Get(ref TRow row);

    public abstract void Set(ref TRow row, TValue value);

    public static RowAccess<TRow, TValue> To(RowMember member)
    {
        if (member.Field is { } field)
        {
            return RuntimeFeature.IsDynamicCodeSupported ? EmitField(field) : new ReflectedField<TRow, TValue>(field);
        }

        // The accessors of a struct take it by reference.
        return typeof(TRow).IsValueType
            ? new ReferenceAccess<TRow, TValue>(member.Getter?.CreateDelegate<RowGetter<TRow, TValue>>(), member.Setter?.CreateDelegate<RowSetter<TRow, TValue>>())
            : new PropertyAccess<TRow, TValue>(member.Getter?.CreateDelegate<Func<TRow, TValue>>(), member.Setter?.CreateDelegate<Action<TRow, TValue>>());
    }

    [System.Diagnostics.CodeAnalysis.RequiresDynamicCode("Only where code can be made at run time; else the field is reflected upon.")]
    private static ReferenceAccess<TRow, TValue> EmitField(FieldInfo field)
    {
        DynamicMethod get = new($"get {field.Name}", typeof(TValue), [typeof(TRow).MakeByRefType()], typeof(RowMember).Module, skipVisibility: true);
        ILGenerator code = get.GetILGenerator();
        LoadRow(code);
        code.Emit(OpCodes.Ldfld, field);
        code.Emit(OpCodes.Ret);
        RowSetter<TRow, TValue>? setter = null;
        if (!field.IsInitOnly)
        {
            DynamicMethod set = new($"set {field.Name}", null, [typeof(TRow).MakeByRefType(), typeof(TValue)], typeof(RowMember).Module, skipVisibility: true);
            code = set.GetILGenerator();
            LoadRow(code);
            code.Emit(OpCodes.Ldarg_1);
            code.Emit(OpCodes.Stfld, field);
            code.Emit(OpCodes.Ret);
            setter = set.CreateDelegate<RowSetter<TRow, TValue>>();
        }

        return new(get.CreateDelegate<RowGetter<TRow, TValue>>(), setter);
    }

    private static void LoadRow(ILGenerator code)
    {
        code.Emit(OpCodes.Ldarg_0);
        if (!typeof(TRow).IsValueType)
        {
            code.Emit(OpCodes.Ldind_Ref);
        }
    }
}

/// <summary>A property of a class.</summary>
internal sealed class PropertyAccess<TRow, TValue>(Func<TRow, TValue>? get, Action<TRow, TValue>? set) : RowAccess<TRow, TValue>
{
    public override TValue Get(ref TRow row) => get!(row);

    public override void Set(ref TRow row, TValue value) => set!(row, value);
}

/// <summary>A property of a struct, or a field.</summary>
internal sealed class ReferenceAccess<TRow, TValue>(RowGetter<TRow, TValue>? get, RowSetter<TRow, TValue>? set) : RowAccess<TRow, TValue>
{
    public override TValue Get(ref TRow row) => get!(ref row);

    public override void Set(ref TRow row, TValue value) => set!(ref row, value);
}

/// <summary>A field where no code can be made at run time, as in a program that was compiled ahead of time.</summary>
internal sealed class ReflectedField<TRow, TValue>(FieldInfo field) : RowAccess<TRow, TValue>
{
    public override TValue Get(ref TRow row) => (TValue)field.GetValue(row)!;

    public override void Set(ref TRow row, TValue value)
    {
        object boxed = row!;
        field.SetValue(boxed, value);
        row = (TRow)boxed;
    }
}

/// <summary>A row that is itself the value.</summary>
internal sealed class WholeRow<TValue> : RowAccess<TValue, TValue>
{
    public override TValue Get(ref TValue row) => row;

    public override void Set(ref TValue row, TValue value) => row = value;
}
