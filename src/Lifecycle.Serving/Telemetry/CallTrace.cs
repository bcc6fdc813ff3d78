using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Lifecycle.Serving;

/// <summary>A call that has its version and no answer yet, for those who listen: its span, and its place among the active ones.</summary>
internal readonly struct CallTrace
{
    private readonly Activity? _span;
    private readonly bool _isCounted;

    private CallTrace(Activity? span, bool isCounted)
    {
        _span = span;
        _isCounted = isCounted;
    }

    /// <summary>Whether somebody listens to spans.</summary>
    public static bool HasListeners => ServingMeter.Source.HasListeners();

    /// <summary>Whether there is anything to begin; two reads when nobody listens.</summary>
    public static bool IsListenedTo => ServingMeter.CountsActive || HasListeners;

    public static CallTrace Begin(ActiveCalls calls, string span, in VersionLease lease, Guid id)
    {
        bool isCounted = ServingMeter.CountsActive;
        if (isCounted)
        {
            calls.Change(lease.Core, 1);
        }

        return new CallTrace(HasListeners ? Span(calls.Model, span, lease.Arm, id) : null, isCounted);
    }

    /// <summary>The call ended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End(ActiveCalls calls, in VersionLease lease, Exception? failure)
    {
        if (_isCounted)
        {
            calls.Change(lease.Core, -1);
        }

        if (_span is not null)
        {
            End(_span, failure);
        }
    }

    private static void End(Activity span, Exception? failure)
    {
        if (failure is not null)
        {
            span.SetTag("error.type", failure.GetType().FullName);
            span.SetStatus(ActivityStatusCode.Error);
        }

        Activity? parent = span.Parent;
        try
        {
            span.Dispose();
        }
        catch (Exception)
        {
            // A listener that throws takes no answer from its caller, and the span must not stay the present one.
            if (ReferenceEquals(Activity.Current, span))
            {
                Activity.Current = parent;
            }
        }
    }

    private static Activity? Span(string model, string span, RouteArm arm, Guid id)
    {
        Activity? before = Activity.Current;
        Activity? activity;
        try
        {
            activity = ServingMeter.Source.StartActivity(span);
        }
        catch (Exception)
        {
            // A listener that throws costs its span, not the call.
            Activity.Current = before;
            return null;
        }

        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("lifecycle.model.name", model);
            activity.SetTag("lifecycle.model.version", arm.Version.Version);
            activity.SetTag("lifecycle.serving.arm", arm.Name);
            activity.SetTag("lifecycle.serving.request", id.ToString("N"));
        }

        return activity;
    }
}
