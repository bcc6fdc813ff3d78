using System.Diagnostics;

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

    public static CallTrace Begin(string model, string span, RouteArm arm, Guid id)
    {
        bool isCounted = ServingMeter.CountsActive;
        if (isCounted)
        {
            ServingMeter.ActiveChanged(model, 1);
        }

        Activity? activity = HasListeners ? ServingMeter.Source.StartActivity(span) : null;
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag("lifecycle.model.name", model);
            activity.SetTag("lifecycle.model.version", arm.Version.Version);
            activity.SetTag("lifecycle.serving.arm", arm.Name);
            activity.SetTag("lifecycle.serving.request", id.ToString("N"));
        }

        return new CallTrace(activity, isCounted);
    }

    /// <summary>The call ended.</summary>
    public void End(string model, Exception? failure)
    {
        if (_isCounted)
        {
            ServingMeter.ActiveChanged(model, -1);
        }

        if (_span is not null)
        {
            if (failure is not null)
            {
                _span.SetTag("error.type", failure.GetType().FullName);
                _span.SetStatus(ActivityStatusCode.Error);
            }

            _span.Dispose();
        }
    }
}
